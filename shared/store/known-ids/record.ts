/** The key of an id, {@link keyBytes} long; made by `identityKey`. */
export type KeyBytes = Uint8Array;

export const keyBytes = 16;

/**
 * Half of a SHA-256. It is only compared where the same id came before, so by accident it errs once in 2^128 repeats;
 * to have an altered event taken for the stored one, somebody would have to find it another text with the same 128 bits.
 */
export const contentBytes = 16;

/** Positions up to 2^48: 150 years at 60,000 events a second. */
export const offsetBytes = 6;

/** Key, content hash, offset. */
export const recordBytes = keyBytes + contentBytes + offsetBytes;

export const mostOffset = 2 ** (8 * offsetBytes) - 1;

/** Whether an event that came again is the one that is known. */
export const isSameContent = (known: Uint8Array, contentHash: Uint8Array): boolean =>
  Buffer.compare(known.subarray(0, contentBytes), contentHash.subarray(0, contentBytes)) === 0;

/**
 * Three bytes of a key as a number. Keys are compared by two of these first, which settle nearly every comparison: the engine keeps so
 * small a number without an object for it, while those of six bytes were a seventh of all that sealing allocated.
 */
export const threeBytes = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);

/** The first six bytes of a key as a number, for whoever keeps it. */
export const keyHead = (bytes: Uint8Array, at: number): number =>
  threeBytes(bytes, at) * 2 ** 24 + threeBytes(bytes, at + 3);

/** Compares two keys where they lie. Negative when the left one comes first. */
export const compareKeys = (left: Buffer, leftAt: number, right: Buffer, rightAt: number): number =>
  threeBytes(left, leftAt) - threeBytes(right, rightAt) ||
  threeBytes(left, leftAt + 3) - threeBytes(right, rightAt + 3) ||
  left.compare(right, rightAt, rightAt + keyBytes, leftAt, leftAt + keyBytes);

export const readOffset = (record: Buffer, at: number): number =>
  record.readUIntLE(at + keyBytes + contentBytes, offsetBytes);

export const writeOffset = (record: Buffer, at: number, offset: number): void => {
  record.writeUIntLE(offset, at + keyBytes + contentBytes, offsetBytes);
};

/** Copies a few bytes: in fewer than a hundred or so a loop is done before `Buffer.copy` has begun. */
export const copyBytes = (source: Uint8Array, from: number, target: Uint8Array, at: number, count: number): void => {
  for (let index = 0; index < count; index++) target[at + index] = source[from + index] ?? 0;
};
