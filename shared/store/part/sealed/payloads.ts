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

/** Reads the arena from front to back, with a few chunks ahead of the one that is in use. */
export class PayloadCursor {
  readonly #part: PartFile;
  readonly #arena: LocatedDataset;
  readonly #chunkLength: number;
  readonly #ahead: number;
  readonly #coming = new Map<number, Promise<Uint8Array>>();
  #index = -1;
  #chunk: Uint8Array = new Uint8Array();

  /** @param ahead chunks that are read and inflated before they are asked for */
  constructor(part: PartFile, ahead: number) {
    this.#part = part;
    this.#arena = part.dataset('payload');
    this.#chunkLength = this.#arena.chunkShape[0] ?? 1;
    this.#ahead = ahead;
  }

  /** A view that is good until the next call, or undefined where {@link read} has to fetch it. */
  inMemory({ from, to }: ByteRange): Uint8Array | undefined {
    const start = this.#index * this.#chunkLength;
    if (this.#index < 0 || from < start || to > start + this.#chunk.length) return undefined;
    return this.#chunk.subarray(from - start, to - start);
  }

  /** A view that is good until the next call. */
  async read(range: ByteRange): Promise<Uint8Array> {
    const known = this.inMemory(range);
    if (known) return known;
    requireRange(this.#arena, range);
    const bytes = new Uint8Array(range.to - range.from);
    for (let at = range.from; at < range.to; ) {
      const index = Math.floor(at / this.#chunkLength);
      await this.#load(index);
      const start = index * this.#chunkLength;
      const end = Math.min(range.to, start + this.#chunkLength);
      // The common case: the payload begins this chunk, or lies in one that was not the next.
      if (at === range.from && end === range.to) return this.#chunk.subarray(at - start, end - start);
      bytes.set(this.#chunk.subarray(at - start, end - start), at - range.from);
      at = end;
    }
    return bytes;
  }

  /** Lets go of the chunk in use. */
  release(): void {
    this.#index = -1;
    this.#chunk = new Uint8Array();
    this.#coming.clear();
  }

  async #load(index: number): Promise<void> {
    if (index === this.#index) return;
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
  }

  async #fetch(index: number): Promise<Uint8Array> {
    let chunk: Uint8Array = new Uint8Array();
    await this.#part.chunks.each([{ dataset: this.#arena, index }], (_, raw) => {
      chunk = raw;
    });
    return chunk;
  }
}
