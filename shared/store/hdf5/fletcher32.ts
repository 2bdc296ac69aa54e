/** So many words can be added up before the sums need more than 32 bits. */
const wordsAtOnce = 360;

const fold = (sum: number): number => (sum & 0xffff) + (sum >>> 16);

/**
 * The checksum of HDF5's fletcher32 filter, over big-endian words of 16 bits.
 * Source: `H5_checksum_fletcher32` of the HDF5 library.
 */
export const fletcher32 = (bytes: Uint8Array): number => {
  const words = Math.floor(bytes.length / 2);
  let [first, second] = [0, 0];
  let at = 0;
  for (let left = words; left > 0; left -= wordsAtOnce) {
    const end = at + 2 * Math.min(left, wordsAtOnce);
    for (; at < end; at += 2) {
      first += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      second += first;
    }
    first = fold(first);
    second = fold(second);
  }
  if (at < bytes.length) {
    first = fold(first + ((bytes[at] ?? 0) << 8));
    second = fold(second + first);
  }
  return ((fold(second) << 16) | fold(first)) >>> 0;
};
