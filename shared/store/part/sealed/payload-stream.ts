import type { EncodedDataset } from '../../hdf5/model.ts';
import type { DeflateQueue } from './deflate-queue.ts';
import { payloadChunkBytes } from './layout.ts';

const smallestBytes = 4_096;

/** The payloads, deflated chunk by chunk as they come. */
export class PayloadStream {
  readonly #level: number;
  readonly #queue: DeflateQueue;
  readonly #chunks: Uint8Array[] = [];
  /** Chunks that were deflated and may be filled anew: a megabyte each, which the garbage collector would keep for a while. */
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  #chunk = new Uint8Array(smallestBytes);
  #filled = 0;
  #deflatedBytes = 0;
  #bytes = 0;

  constructor(level: number, queue: DeflateQueue) {
    this.#level = level;
    this.#queue = queue;
  }

  /** Before deflate. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of the chunks that are done. */
  get deflatedBytes(): number {
    return this.#deflatedBytes;
  }

  /** Adds the bytes `[from, to)`. */
  push(payload: Buffer, from: number, to: number): void {
    this.#bytes += to - from;
    let next = from;
    while (this.#filled + to - next > payloadChunkBytes) {
      const fitting = payloadChunkBytes - this.#filled;
      this.#reserve(payloadChunkBytes);
      payload.copy(this.#chunk, this.#filled, next, next + fitting);
      next += fitting;
      this.#flush(payloadChunkBytes);
    }
    this.#reserve(this.#filled + to - next);
    payload.copy(this.#chunk, this.#filled, next, to);
    this.#filled += to - next;
  }

  /** The dataset, whole once the queue has finished. */
  close(): EncodedDataset {
    const chunkLength = Math.min(this.#bytes, payloadChunkBytes);
    // The last of several chunks is as long as the others, with zeros in the end.
    if (this.#filled > 0) {
      this.#reserve(chunkLength);
      this.#chunk.fill(0, this.#filled);
      this.#flush(chunkLength);
    }
    const type = { kind: 'integer', bytes: 1, signed: false } as const;
    const shapes = { shape: [this.#bytes], chunkShape: [chunkLength] };
    return { name: 'payload', type, ...shapes, shuffleBytes: 0, level: this.#level, chunks: this.#chunks };
  }

  /** Most parts that `seal` writes are small: a chunk grows to its size as it is needed. */
  #reserve(bytes: number): void {
    if (bytes <= this.#chunk.length) return;
    const larger = new Uint8Array(Math.min(payloadChunkBytes, Math.max(bytes, this.#chunk.length * 2)));
    larger.set(this.#chunk.subarray(0, this.#filled));
    this.#chunk = larger;
  }

  #flush(length: number): void {
    const chunk = this.#chunk;
    const index = this.#chunks.length;
    this.#queue.add(chunk.subarray(0, length), this.#level, this.#chunks, () => {
      this.#deflatedBytes += this.#chunks[index]?.length ?? 0;
      this.#spare.push(chunk);
    });
    this.#chunk = this.#spare.pop() ?? new Uint8Array(payloadChunkBytes);
    this.#filled = 0;
  }
}
