import type { LocatedDataset } from '../../hdf5/model.ts';
import type { PartFile } from './part-file.ts';

/** Bytes `[from, to)` of the payload arena. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const requireRange = (arena: LocatedDataset, { from, to }: ByteRange): void => {
  if (from < 0 || to < from || to > (arena.shape[0] ?? 0)) {
    throw new RangeError(`bytes ${from} to ${to} are not within its payloads`);
  }
};

/**
 * Copies of some stretches of the arena, given in ascending order. Each chunk is inflated once, however many stretches
 * it holds, and only those of one read are in memory at a time.
 */
export const readPayloads = async (part: PartFile, ranges: readonly ByteRange[]): Promise<readonly Buffer[]> => {
  const arena = part.dataset('payload');
  const chunkLength = arena.chunkShape[0] ?? 1;
  const targets = ranges.map((range) => {
    requireRange(arena, range);
    return { ...range, bytes: Buffer.allocUnsafe(range.to - range.from) };
  });
  const chunks = new Map<number, typeof targets>();
  for (const target of targets) {
    for (let index = Math.floor(target.from / chunkLength); index * chunkLength < target.to; index++) {
      const members = chunks.get(index);
      if (members) members.push(target);
      else chunks.set(index, [target]);
    }
  }
  const requests = [...chunks.keys()].map((index) => ({ dataset: arena, index }));
  await part.chunks.each(requests, ({ index }, raw) => {
    const chunkFrom = index * chunkLength;
    for (const { from, to, bytes } of chunks.get(index) ?? []) {
      const start = Math.max(from, chunkFrom);
      bytes.set(raw.subarray(start - chunkFrom, Math.min(to, chunkFrom + raw.length) - chunkFrom), start - from);
    }
  });
  return targets.map(({ bytes }) => bytes);
};

const asBuffer = (bytes: Uint8Array): Buffer<ArrayBufferLike> =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Reads the arena from front to back, with a few chunks ahead of the one that is in use. */
export class PayloadCursor {
  readonly #part: PartFile;
  readonly #arena: LocatedDataset;
  readonly #chunkLength: number;
  readonly #ahead: number;
  readonly #coming = new Map<number, Promise<Uint8Array>>();
  /** The chunk that was loaded last: a payload that reaches over its end begins in it. */
  #index = -1;
  #chunk: Uint8Array = new Uint8Array();
  #bytes: Buffer = Buffer.alloc(0);
  #from = 0;

  /** @param ahead chunks that are read and inflated before they are asked for */
  constructor(part: PartFile, ahead: number) {
    this.#part = part;
    this.#arena = part.dataset('payload');
    this.#chunkLength = this.#arena.chunkShape[0] ?? 1;
    this.#ahead = ahead;
  }

  /** Where in the arena {@link bytes} begin. */
  get from(): number {
    return this.#from;
  }

  /** What is in memory: a chunk, or a stretch that reaches over several. Good until something else is brought. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  isInMemory({ from, to }: ByteRange): boolean {
    return from >= this.#from && to <= this.#from + this.#bytes.length;
  }

  /** Brings a stretch into {@link bytes}. @throws RangeError when the arena has it not, and the system's errors */
  async bring(range: ByteRange): Promise<void> {
    if (this.isInMemory(range)) return;
    requireRange(this.#arena, range);
    const first = Math.floor(range.from / this.#chunkLength);
    if (range.to <= (first + 1) * this.#chunkLength) {
      [this.#bytes, this.#from] = [asBuffer(await this.#load(first)), first * this.#chunkLength];
      return;
    }
    const bytes = Buffer.allocUnsafeSlow(range.to - range.from);
    for (let at = range.from; at < range.to; ) {
      const index = Math.floor(at / this.#chunkLength);
      const start = index * this.#chunkLength;
      const end = Math.min(range.to, start + this.#chunkLength);
      bytes.set((await this.#load(index)).subarray(at - start, end - start), at - range.from);
      at = end;
    }
    [this.#bytes, this.#from] = [bytes, range.from];
  }

  /** A view of a stretch that is good until the next call. @throws as {@link bring} does */
  async read(range: ByteRange): Promise<Buffer> {
    await this.bring(range);
    return this.#bytes.subarray(range.from - this.#from, range.to - this.#from);
  }

  /** Lets go of what is in memory. */
  release(): void {
    [this.#bytes, this.#from] = [Buffer.alloc(0), 0];
    [this.#chunk, this.#index] = [new Uint8Array(), -1];
    this.#coming.clear();
  }

  async #load(index: number): Promise<Uint8Array> {
    if (index === this.#index) return this.#chunk;
    for (const earlier of this.#coming.keys()) if (earlier < index) this.#coming.delete(earlier);
    const last = Math.min(index + this.#ahead, this.#arena.chunks.length - 1);
    for (let next = index; next <= last; next++) {
      if (this.#coming.has(next)) continue;
      const coming = this.#fetch(next);
      // Whoever asks for it gets the error.
      coming.catch(() => {});
      this.#coming.set(next, coming);
    }
    this.#chunk = (await this.#coming.get(index)) ?? new Uint8Array();
    this.#index = index;
    this.#coming.delete(index);
    return this.#chunk;
  }

  async #fetch(index: number): Promise<Uint8Array> {
    let chunk: Uint8Array = new Uint8Array();
    await this.#part.chunks.each([{ dataset: this.#arena, index }], (_, raw) => {
      chunk = raw;
    });
    return chunk;
  }
}
