import type { dictionaries } from '../layout.ts';
import type { PartFile } from './part-file.ts';

export type DictionaryName = (typeof dictionaries)[keyof typeof dictionaries];

/** Names kept for the next look; a part may have more consultations than a reader of one of them should hold. */
const mostKept = 16_384;

/** The names behind a column of codes, of which only those that are asked for are read. */
export class Dictionary {
  readonly #part: PartFile;
  readonly #dataset: DictionaryName;
  #known = new Map<number, string>();

  constructor(part: PartFile, dataset: DictionaryName) {
    this.#part = part;
    this.#dataset = dataset;
  }

  /** @throws RangeError when a code has no name. */
  async namesOf(codes: Uint32Array): Promise<ReadonlyMap<number, string>> {
    const wanted = new Set(codes);
    const missing = [...wanted].filter((code) => !this.#known.has(code));
    // A map that others still read stays as it is.
    if (this.#known.size + missing.length > mostKept) this.#known = new Map();
    const chunkRows = this.#part.chunkRowsOf(this.#dataset);
    const byChunk = Map.groupBy(
      [...wanted].filter((code) => !this.#known.has(code)),
      (code) => Math.floor(code / chunkRows),
    );
    for (const [chunk, members] of byChunk) {
      const from = chunk * chunkRows;
      const names = await this.#part.texts(
        this.#dataset,
        from,
        Math.min(from + chunkRows, this.#part.rowsOf(this.#dataset)),
      );
      for (const code of members) this.#known.set(code, nameIn(names, code - from));
    }
    return this.#known;
  }
}

const nameIn = (names: readonly string[], index: number): string => {
  const name = names[index];
  if (name === undefined) throw new RangeError(`a code is beyond its ${names.length} names`);
  return name;
};
