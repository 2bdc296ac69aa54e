/**
 * A Bloom filter of 1,024 bits over the keys of one data page, with six bits a key. They are cut out of the key's last
 * eight bytes, which are a hash already and not what the keys of a page have in common.
 */
const bitsPerWord = 3;
const bitMask = 1023;

/** Sets the six bits of the key at `keyAt` in the filter at `filterAt`. */
export const addToFilter = (filter: Buffer, filterAt: number, key: Buffer, keyAt: number): void => {
  for (let half = 8; half < 16; half += 4) {
    let word = key.readUInt32LE(keyAt + half);
    for (let count = 0; count < bitsPerWord; count++, word >>>= 10) {
      const bit = word & bitMask;
      const at = filterAt + (bit >>> 3);
      filter[at] = (filter[at] ?? 0) | (1 << (bit & 7));
    }
  }
};

/** False when the key at `keyAt` is not in the page. */
export const mayHold = (filter: Buffer, filterAt: number, key: Buffer, keyAt: number): boolean => {
  for (let half = 8; half < 16; half += 4) {
    let word = key.readUInt32LE(keyAt + half);
    for (let count = 0; count < bitsPerWord; count++, word >>>= 10) {
      const bit = word & bitMask;
      if (((filter[filterAt + (bit >>> 3)] ?? 0) & (1 << (bit & 7))) === 0) return false;
    }
  }
  return true;
};
