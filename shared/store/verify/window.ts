import { keyBytes } from '../known-ids/record.ts';
import { hashBytes } from '../log/node-hash.ts';
import { windowPositions } from '../part/sealed/layout.ts';

/** Memory of a window, in threads that work on it together shared by them. */
export interface WindowMemory {
  readonly leaves: ArrayBufferLike;
  readonly keys: ArrayBufferLike;
  readonly contents: ArrayBufferLike;
  readonly holders: ArrayBufferLike;
}

/**
 * Memory for the first `positions` of a window: a log that has fewer than a window's needs no more.
 * @param shared whether threads work on it together
 */
export const windowMemory = (positions: number, shared: boolean): WindowMemory => {
  const bytes = (length: number) => (shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length));
  return {
    leaves: bytes(positions * hashBytes),
    keys: bytes(positions * keyBytes),
    contents: bytes(positions * keyBytes),
    holders: bytes(positions * Uint32Array.BYTES_PER_ELEMENT),
  };
};

/** What the events at 65,536 positions hash to, as far as they were found. */
export class LogWindow {
  readonly memory: WindowMemory;
  readonly leaves: Buffer;
  readonly keys: Buffer;
  readonly contents: Buffer;
  /** By index, one more than the number of the part that the event was found in; 0 where none was. */
  readonly holders: Uint32Array;
  number = 0;

  constructor(memory: WindowMemory) {
    this.memory = memory;
    this.leaves = Buffer.from(memory.leaves);
    this.keys = Buffer.from(memory.keys);
    this.contents = Buffer.from(memory.contents);
    this.holders = new Uint32Array(memory.holders);
  }

  get from(): number {
    return this.number * windowPositions;
  }

  /** Whether a position is of this window, and within its memory. */
  has(position: number): boolean {
    return position >= this.from && position < this.from + this.holders.length;
  }

  /** Takes a position for a part, which no other then has. @returns false when one has it already */
  claim(position: number, part: number): boolean {
    return Atomics.compareExchange(this.holders, position - this.from, 0, part + 1) === 0;
  }

  reset(number: number): void {
    this.number = number;
    this.holders.fill(0);
    this.leaves.fill(0);
  }
}
