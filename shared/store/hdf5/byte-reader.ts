/** Reads little-endian values one after another. @throws RangeError beyond the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(count: number): number {
    const at = this.#at;
    if (count < 0 || at + count > this.#bytes.length) throw new RangeError('a structure ends early');
    this.#at += count;
    return at;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  u16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  /** @throws RangeError when it is no safe integer. */
  u64(): number {
    const value = Number(this.#bytes.readBigUInt64LE(this.#take(8)));
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no length or address of a file`);
    return value;
  }

  unsigned(width: number): number {
    const bytes = this.raw(width);
    return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** A view, not a copy. */
  raw(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  text(count: number): string {
    return Buffer.from(this.raw(count)).toString('utf8');
  }

  /** @throws RangeError when something else stands here. */
  expect(text: string): void {
    const found = Buffer.from(this.raw(text.length)).toString('latin1');
    if (found !== text) throw new RangeError(`expected ${text}`);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }
}
