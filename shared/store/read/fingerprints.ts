/** FNV-1a over UTF-16 code units: only ever used to leave parts out, so that a collision costs a look into one more. */
const fingerprint = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
};

/** A set of texts in four bytes each, which may say yes to a text that is not in it, but never no to one that is. */
export class Fingerprints {
  readonly #sorted: Uint32Array;

  constructor(texts: readonly string[]) {
    this.#sorted = Uint32Array.from(texts, fingerprint).sort();
  }

  get byteLength(): number {
    return this.#sorted.byteLength;
  }

  mayHave(text: string): boolean {
    const wanted = fingerprint(text);
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return this.#sorted[low] === wanted;
  }
}
