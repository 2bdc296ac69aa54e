import type { RangeFile } from '../files.ts';
import { inflateChunk, inflateLargeChunk } from './filters.ts';
import { type ChunkPlace, chunkBytesOf, type LocatedDataset } from './model.ts';

/** A chunk of a dataset. */
export interface ChunkRequest {
  readonly dataset: LocatedDataset;
  readonly index: number;
}

/** Ranges that lie this close are read in one: a share takes longer to answer twice than to send as much. */
const mostGapBytes = 64 * 1024;

/** No read is longer than this, unless one chunk is. */
const mostReadBytes = 4 * 1024 * 1024;

/** Chunks of more bytes are inflated in another thread. */
const largeBytes = 512 * 1024;

const placeOf = ({ dataset, index }: ChunkRequest): ChunkPlace => {
  const place = dataset.chunks[index];
  if (place === undefined) throw new RangeError(`${dataset.name} has no chunk ${index}`);
  return place;
};

interface Read {
  readonly from: number;
  to: number;
  readonly requests: ChunkRequest[];
}

const coalesce = (requests: readonly ChunkRequest[]): readonly Read[] => {
  const reads: Read[] = [];
  const byAddress = requests.toSorted((left, right) => placeOf(left).address - placeOf(right).address);
  for (const request of byAddress) {
    const { address, bytes } = placeOf(request);
    const last = reads.at(-1);
    const end = address + bytes;
    if (last && address - last.to <= mostGapBytes && end - last.from <= mostReadBytes) {
      last.to = Math.max(last.to, end);
      last.requests.push(request);
    } else {
      reads.push({ from: address, to: end, requests: [request] });
    }
  }
  return reads;
};

/** Reads and inflates the chunks of one file, those that lie together in one read. */
export class ChunkSource {
  readonly #file: RangeFile;
  readonly #head: Uint8Array;

  /** @param head the first bytes of the file, as far as they are known: what lies within is not read again. */
  constructor(file: RangeFile, head: Uint8Array = new Uint8Array()) {
    this.#file = file;
    this.#head = head;
  }

  /** @throws RangeError where the file ends early, and the system's errors. */
  async bytesAt(from: number, length: number): Promise<Uint8Array> {
    if (from + length <= this.#head.length) return this.#head.subarray(from, from + length);
    const bytes = await this.#file.read(from, length);
    if (bytes.length !== length) throw new RangeError(`it ends before byte ${from + length}`);
    return bytes;
  }

  /**
   * Hands each chunk to `use` as it was before deflate, still shuffled, in the order of their addresses; in memory are a
   * few reads' worth of them as they stand in the file, and one as it was.
   * @throws Error from zlib for a chunk that changed.
   */
  async each(requests: readonly ChunkRequest[], use: (request: ChunkRequest, raw: Uint8Array) => void): Promise<void> {
    for await (const { from, bytes, requests: members } of this.#ahead(coalesce(requests))) {
      for (const request of members) {
        const place = placeOf(request);
        const deflated = bytes.subarray(place.address - from, place.address - from + place.bytes);
        const length = chunkBytesOf(request.dataset);
        use(request, length > largeBytes ? await inflateLargeChunk(deflated, length) : inflateChunk(deflated, length));
      }
    }
  }

  /** Begins reads before they are needed, up to {@link mostReadBytes}: a share answers several sooner than one after another. */
  async *#ahead(reads: readonly Read[]): AsyncGenerator<Read & { readonly bytes: Uint8Array }> {
    const begun: Promise<Uint8Array>[] = [];
    let bytesAhead = 0;
    for (const [index, read] of reads.entries()) {
      for (let next = reads[begun.length]; next !== undefined; next = reads[begun.length]) {
        const length = next.to - next.from;
        if (begun.length > index && bytesAhead + length > mostReadBytes) break;
        const reading = this.bytesAt(next.from, length);
        // Whoever comes to it gets the error.
        reading.catch(() => {});
        begun.push(reading);
        bytesAhead += length;
      }
      yield { ...read, bytes: (await begun[index]) ?? new Uint8Array() };
      // What was handed out is not to be held until the last one is.
      begun[index] = Promise.resolve(new Uint8Array());
      bytesAhead -= read.to - read.from;
    }
  }
}
