import { compareKeys, type KeyBytes, keyBytes, keyHead } from './record.ts';

/** Keys in ascending order, each once, packed so that comparing them chases no pointers. */
export interface KeyList {
  readonly count: number;
  readonly bytes: Buffer;
  /** `keyHead` of each. */
  readonly heads: Float64Array;
}

export const sortedKeys = (keys: readonly KeyBytes[]): KeyList => {
  const sorted = keys.toSorted(Buffer.compare);
  const bytes = Buffer.alloc(sorted.length * keyBytes);
  let count = 0;
  for (const key of sorted) {
    if (key.length !== keyBytes) throw new RangeError(`A key has ${keyBytes} bytes.`);
    bytes.set(key, count * keyBytes);
    if (count === 0 || compareKeys(bytes, (count - 1) * keyBytes, bytes, count * keyBytes) !== 0) count++;
  }
  const heads = Float64Array.from({ length: count }, (_, index) => keyHead(bytes, index * keyBytes));
  return { count, bytes: bytes.subarray(0, count * keyBytes), heads };
};

/** Compares the key at `index` with the one that lies at `at`. */
export const compareListed = (list: KeyList, index: number, other: Buffer, at: number): number =>
  (list.heads[index] ?? 0) - keyHead(other, at) || compareKeys(list.bytes, index * keyBytes, other, at);

/** How many of the keys are less than the one given. */
export const countBelow = (list: KeyList, other: Buffer, at: number): number => {
  let [low, high] = [0, list.count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareListed(list, middle, other, at) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * The last of `count` places whose key is not greater than the listed one, or -1. Places lie `stride` bytes apart from the
 * start of `page`, each beginning with its key.
 */
export const lastNotAbove = (list: KeyList, index: number, page: Buffer, count: number, stride: number): number => {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareListed(list, index, page, middle * stride) >= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};
