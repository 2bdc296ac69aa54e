import type { NarrowColumns } from '../part/layout.ts';

/** A part as the index knows it: everything but its payloads. */
export interface IndexedPart {
  readonly path: string;
  readonly columns: NarrowColumns;
}

/** About what a row takes in memory: its columns, and its share of the names. */
const bytesOfRow = 100;

/** Parts are immutable, so an entry is right for as long as it is kept; the least recently used go when memory is short. */
export class IndexCache {
  readonly #parts = new Map<string, IndexedPart>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(path: string): IndexedPart | undefined {
    const part = this.#parts.get(path);
    if (part === undefined) return undefined;
    this.#parts.delete(path);
    this.#parts.set(path, part);
    return part;
  }

  add(part: IndexedPart): void {
    this.#parts.set(part.path, part);
    this.#bytes += part.columns.count * bytesOfRow;
    for (const [path, oldest] of this.#parts) {
      if (this.#bytes <= this.#maxBytes || path === part.path) return;
      this.#remove(path, oldest);
    }
  }

  /** Drops what is no longer listed. */
  keepOnly(listed: ReadonlySet<string>): void {
    for (const [path, part] of this.#parts) if (!listed.has(path)) this.#remove(path, part);
  }

  #remove(path: string, part: IndexedPart): void {
    this.#parts.delete(path);
    this.#bytes -= part.columns.count * bytesOfRow;
  }
}
