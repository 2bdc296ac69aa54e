import type { Fingerprints } from './fingerprints.ts';

/** What a map and an object take beside the fingerprints. */
const bytesOfEntry = 300;

/** Whose events a part holds, for the parts that were asked about last; parts are immutable, so an entry is right for as long as it is kept. */
export class FingerprintCache {
  readonly #entries = new Map<string, Fingerprints>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(part: string): Fingerprints | undefined {
    const entry = this.#entries.get(part);
    if (entry === undefined) return undefined;
    this.#entries.delete(part);
    this.#entries.set(part, entry);
    return entry;
  }

  add(part: string, fingerprints: Fingerprints): void {
    this.remove(part);
    this.#entries.set(part, fingerprints);
    this.#bytes += fingerprints.byteLength + bytesOfEntry;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.remove(oldest);
    }
  }

  remove(part: string): void {
    const entry = this.#entries.get(part);
    if (entry === undefined) return;
    this.#bytes -= entry.byteLength + bytesOfEntry;
    this.#entries.delete(part);
  }

  /** Forgets what is no longer live. */
  keepOnly(isLive: (part: string) => boolean): void {
    for (const part of this.#entries.keys()) if (!isLive(part)) this.remove(part);
  }
}
