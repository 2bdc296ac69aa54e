/** Little-endian bytes, one after another. */
export class ByteWriter {
  #bytes = Buffer.alloc(256);
  #length = 0;

  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#length, this.#bytes.length * 2));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    return at;
  }

  u8(...values: readonly number[]): this {
    return this.raw(Uint8Array.from(values));
  }

  u16(value: number): this {
    const at = this.#reserve(2);
    this.#bytes.writeUInt16LE(value, at);
    return this;
  }

  u32(value: number): this {
    const at = this.#reserve(4);
    this.#bytes.writeUInt32LE(value, at);
    return this;
  }

  u64(value: number | bigint): this {
    const at = this.#reserve(8);
    this.#bytes.writeBigUInt64LE(BigInt(value), at);
    return this;
  }

  /** An unsigned number of `width` bytes. */
  unsigned(value: number, width: number): this {
    let rest = value;
    for (let index = 0; index < width; index++) {
      this.u8(rest % 256);
      rest = Math.floor(rest / 256);
    }
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  text(text: string): this {
    return this.raw(Buffer.from(text, 'utf8'));
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
