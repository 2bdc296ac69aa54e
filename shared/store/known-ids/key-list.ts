import { compareKeys, copyBytes, type KeyBytes, keyBytes, threeBytes } from './record.ts';

/** Keys in ascending order, each once, packed so that comparing them chases no pointers. */
export interface KeyList {
  readonly count: number;
  readonly bytes: Buffer;
  /** The first six bytes of each, as two numbers of three. */
  readonly heads: Uint32Array;
}

/** A list of keys that lay elsewhere in another order. */
export interface ListedKeys {
  readonly list: KeyList;
  /** For each key as it lay, its place in the list. */
  readonly placeOf: Uint32Array;
}

/** Numbers alone are sorted, 32 bits of a key above its place: so many places fit a double beside them. */
const mostPlaces = 2 ** 21;

/**
 * Sorts the keys that `order[from]` up to `order[to]` name, which are alike up to `byte`: by the next four bytes, then those that
 * are alike in these too by the four behind them, as UUIDv7s of one time are.
 */
const sortFrom = (keys: Buffer, order: Uint32Array, from: number, to: number, byte: number): void => {
  if (byte >= keyBytes) return;
  const wordOf = (key: number): number => keys.readUInt32BE(key * keyBytes + byte);
  const before = order.slice(from, to);
  const numbers = new Float64Array(before.length);
  for (let place = 0; place < before.length; place++) numbers[place] = wordOf(before[place] ?? 0) * mostPlaces + place;
  numbers.sort();
  let [first, word] = [from, -1];
  for (let index = 0; index < numbers.length; index++) {
    const number = numbers[index] ?? 0;
    const own = Math.floor(number / mostPlaces);
    order[from + index] = before[number - own * mostPlaces] ?? 0;
    if (own === word) continue;
    if (from + index - first > 1) sortFrom(keys, order, first, from + index, byte + 4);
    [first, word] = [from + index, own];
  }
  if (to - first > 1) sortFrom(keys, order, first, to, byte + 4);
};

/** The order of keys that lie one after another. */
const orderOf = (keys: Buffer, count: number): Uint32Array => {
  if (count > mostPlaces) throw new RangeError(`${count} keys are too many for one list`);
  const order = new Uint32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  sortFrom(keys, order, 0, count, 0);
  return order;
};

/** Lists keys that lie one after another. */
export const listKeys = (keys: Buffer): ListedKeys => {
  const total = keys.length / keyBytes;
  const bytes = Buffer.allocUnsafeSlow(keys.length);
  const placeOf = new Uint32Array(total);
  let count = 0;
  for (const index of orderOf(keys, total)) {
    copyBytes(keys, index * keyBytes, bytes, count * keyBytes, keyBytes);
    if (count === 0 || compareKeys(bytes, (count - 1) * keyBytes, bytes, count * keyBytes) !== 0) count++;
    placeOf[index] = count - 1;
  }
  const heads = new Uint32Array(count * 2);
  for (let place = 0; place < count; place++) {
    heads[place * 2] = threeBytes(bytes, place * keyBytes);
    heads[place * 2 + 1] = threeBytes(bytes, place * keyBytes + 3);
  }
  return { list: { count, bytes: bytes.subarray(0, count * keyBytes), heads }, placeOf };
};

export const sortedKeys = (keys: readonly KeyBytes[]): KeyList => {
  for (const key of keys) if (key.length !== keyBytes) throw new RangeError(`A key has ${keyBytes} bytes.`);
  return listKeys(Buffer.concat(keys)).list;
};

/** Compares the key at `index` with the one that lies at `at`. */
export const compareListed = (list: KeyList, index: number, other: Buffer, at: number): number =>
  (list.heads[index * 2] ?? 0) - threeBytes(other, at) ||
  (list.heads[index * 2 + 1] ?? 0) - threeBytes(other, at + 3) ||
  list.bytes.compare(other, at, at + keyBytes, index * keyBytes, (index + 1) * keyBytes);

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
 * @param from a place that is known not to be greater, from a lesser key: the next is often near.
 */
export const lastNotAbove = (
  list: KeyList,
  index: number,
  page: Buffer,
  count: number,
  stride: number,
  from = -1,
): number => {
  let [low, high] = [from + 1, count];
  for (let step = 1; low + step < high; step *= 2) {
    if (compareListed(list, index, page, (low + step) * stride) < 0) {
      high = low + step;
      break;
    }
    low += step;
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareListed(list, index, page, middle * stride) >= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};
