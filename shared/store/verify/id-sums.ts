import { createCipheriv } from 'node:crypto';
import type { RandomFill } from '../../domain/ids.ts';
import { keyBytes } from '../known-ids/record.ts';

/** A block of AES; keys and content hashes, as the index has them, are one each. */
const blockBytes = 16;
const wordsPerSum = 4;
/** Few enough that what is allocated for them dies young. */
const membersAtOnce = 2_048;

if (keyBytes !== blockBytes) throw new RangeError('A key must be a block of AES.');

/**
 * Compares two sets of (key, content hash, position) that come in different orders, in memory that does not grow with them:
 * for each window of positions it adds up a keyed hash of every member, once for the events and once for the index.
 * Windows whose sums agree hold the same. The hash is AES-CBC-MAC over three blocks, under a key that nobody knows before:
 * an index that was made to have the right sums can't be.
 */
export class IdSums {
  readonly #key = new Uint8Array(blockBytes);
  readonly #windowPositions: number;
  #sums = { events: new Uint32Array(wordsPerSum), index: new Uint32Array(wordsPerSum) };

  constructor(windowPositions: number, random: RandomFill) {
    this.#windowPositions = windowPositions;
    random(this.#key);
  }

  /** Adds a member for each position; `keys` and `contents` hold 16 bytes of each. */
  add(side: 'events' | 'index', keys: Uint8Array, contents: Uint8Array, positions: Float64Array): void {
    for (let from = 0; from < positions.length; from += membersAtOnce) {
      const to = Math.min(positions.length, from + membersAtOnce);
      const [fromByte, toByte] = [from * blockBytes, to * blockBytes];
      this.#add(
        side,
        keys.subarray(fromByte, toByte),
        contents.subarray(fromByte, toByte),
        positions.subarray(from, to),
      );
    }
  }

  #add(side: 'events' | 'index', keys: Uint8Array, contents: Uint8Array, positions: Float64Array): void {
    const count = positions.length;
    const mac = this.#encrypt(keys);
    const contentWords = new Uint32Array(Uint8Array.from(contents).buffer);
    for (let word = 0; word < mac.length; word++) mac[word] = (mac[word] ?? 0) ^ (contentWords[word] ?? 0);
    const second = this.#encrypt(new Uint8Array(mac.buffer));
    for (let index = 0; index < count; index++) {
      const position = positions[index] ?? 0;
      second[index * 4] = (second[index * 4] ?? 0) ^ (position >>> 0);
      second[index * 4 + 1] = (second[index * 4 + 1] ?? 0) ^ Math.floor(position / 2 ** 32);
    }
    const macs = this.#encrypt(new Uint8Array(second.buffer));
    const sums = this.#reserve(side, positions);
    for (let index = 0; index < count; index++) {
      const at = Math.floor((positions[index] ?? 0) / this.#windowPositions) * wordsPerSum;
      for (let word = 0; word < wordsPerSum; word++) {
        sums[at + word] = (sums[at + word] ?? 0) + (macs[index * wordsPerSum + word] ?? 0);
      }
    }
  }

  /** Forgets one side, to add it up anew. */
  clear(side: 'events' | 'index'): void {
    this.#sums = { ...this.#sums, [side]: new Uint32Array(wordsPerSum) };
  }

  /** The windows that do not hold the same on both sides. */
  differing(): readonly number[] {
    const { events, index } = this.#sums;
    const windows = new Set<number>();
    for (let word = 0; word < Math.max(events.length, index.length); word++) {
      if ((events[word] ?? 0) !== (index[word] ?? 0)) windows.add(Math.floor(word / wordsPerSum));
    }
    return [...windows];
  }

  #encrypt(bytes: Uint8Array): Uint32Array<ArrayBuffer> {
    const cipher = createCipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false);
    return new Uint32Array(Uint8Array.from(cipher.update(bytes)).buffer);
  }

  #reserve(side: 'events' | 'index', positions: Float64Array): Uint32Array {
    const most = positions.reduce((left, right) => Math.max(left, right), 0);
    const words = (Math.floor(most / this.#windowPositions) + 1) * wordsPerSum;
    const sums = this.#sums[side];
    if (words <= sums.length) return sums;
    const larger = new Uint32Array(Math.max(words, sums.length * 2));
    larger.set(sums);
    this.#sums = { ...this.#sums, [side]: larger };
    return larger;
  }
}
