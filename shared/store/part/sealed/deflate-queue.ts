import { deflateChunk, deflateLargeChunk } from '../../hdf5/filters.ts';

/** Chunks on their way at once: as many as libuv has threads; each holds its bytes and a quarter of a megabyte. */
const mostInFlight = 4;

/** Fewer bytes are deflated at once: handing them to a thread and back takes longer. */
const smallBytes = 16 * 1024;

/** Deflates chunks in libuv's threads while the caller goes on, and keeps what comes out in the caller's order. */
export class DeflateQueue {
  readonly #inFlight = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** True when so many chunks are on their way that {@link settle} should be waited for. */
  get isBusy(): boolean {
    return this.#inFlight.size >= mostInFlight;
  }

  /**
   * Deflates `raw`, which must not change until then, into `chunks[index]`.
   * @throws Error from zlib, for a small one; for others {@link settle} and {@link finish} do
   * @param done is called when it is in its place
   */
  add(raw: Uint8Array, level: number, chunks: Uint8Array[], done: () => void = () => {}): void {
    if (raw.length <= smallBytes) {
      chunks.push(deflateChunk(raw, level));
      done();
      return;
    }
    const index = chunks.push(new Uint8Array()) - 1;
    const work = deflateLargeChunk(raw, level)
      .then((bytes) => {
        chunks[index] = bytes;
        done();
      })
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#inFlight.delete(work));
    this.#inFlight.add(work);
  }

  /** Waits until few chunks are on their way. @throws Error from zlib */
  async settle(): Promise<void> {
    while (this.isBusy) await Promise.race(this.#inFlight);
    this.#requireSuccess();
  }

  /** Waits until all chunks are in their places. @throws Error from zlib */
  async finish(): Promise<void> {
    await Promise.all(this.#inFlight);
    this.#requireSuccess();
  }

  #requireSuccess(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
