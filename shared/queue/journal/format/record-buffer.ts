import { groupHeaderBytes } from './layout.ts';

/** A growing buffer that records are encoded into, one after the other, behind room for the group's header. */
export class RecordBuffer {
  #bytes: Buffer;
  #length = groupHeaderBytes;

  constructor(capacity: number) {
    this.#bytes = Buffer.alloc(capacity);
  }

  get length(): number {
    return this.#length;
  }

  get capacity(): number {
    return this.#bytes.length;
  }

  /** Forgets the records, keeps the memory. */
  clear(): void {
    this.#length = groupHeaderBytes;
  }

  /** Makes room, so that the writes that follow need no check of their own. */
  reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  u8(value: number): void {
    this.#length = this.#bytes.writeUInt8(value, this.#length);
  }

  u32(value: number): void {
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
  }

  /** A count or a time, up to 2 ** 53. */
  f64(value: number): void {
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** UTF-8 behind its length. */
  text(value: string): void {
    const written = this.#bytes.write(value, this.#length + 4, 'utf8');
    this.#bytes.writeUInt32LE(written, this.#length);
    this.#length += 4 + written;
  }

  /** The bytes from `start` up to what was written last. */
  since(start: number): Buffer {
    return this.#bytes.subarray(start, this.#length);
  }

  /** Puts a number into a gap that was left at `position`. */
  u32At(value: number, position: number): void {
    this.#bytes.writeUInt32LE(value, position);
  }

  /** The group so far: header and records. */
  group(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** The group with zeros up to `bytes`, which the caller has reserved. */
  padded(bytes: number): Buffer {
    this.#bytes.fill(0, this.#length, bytes);
    return this.#bytes.subarray(0, bytes);
  }
}
