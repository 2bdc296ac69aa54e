import type { NarrowColumns } from '../part/layout.ts';

/** What V8 takes for a short text beside its characters. */
const bytesOfText = 32;

const sizeOf = (columns: NarrowColumns): number => {
  let bytes = 0;
  for (const column of Object.values(columns)) {
    if (ArrayBuffer.isView(column)) bytes += column.byteLength;
    else if (Array.isArray(column)) for (const text of column) bytes += bytesOfText + text.length * 2;
  }
  return bytes;
};

/** Parts are immutable, so an entry is right for as long as it is kept; the least recently used go when memory is short. */
export class IndexCache {
  readonly #entries = new Map<string, { readonly columns: NarrowColumns; readonly bytes: number }>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(part: string): NarrowColumns | undefined {
    const entry = this.#entries.get(part);
    if (entry === undefined) return undefined;
    this.#entries.delete(part);
    this.#entries.set(part, entry);
    return entry.columns;
  }

  add(part: string, columns: NarrowColumns): void {
    this.remove(part);
    const bytes = sizeOf(columns);
    this.#entries.set(part, { columns, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.remove(oldest);
    }
  }

  remove(part: string): void {
    this.#bytes -= this.#entries.get(part)?.bytes ?? 0;
    this.#entries.delete(part);
  }
}
