const rootBytes = 32;

/** A tree head that was signed, and the file that says so. */
export interface SignedHead {
  readonly size: number;
  readonly root: Uint8Array;
  /** A commit's number, or the file of a checkpoint. */
  readonly source: number | string;
}

/**
 * Signed heads of the log, which the tree is compared with as it grows: those of the commits in arrays of numbers, since a
 * store may have a million of them.
 */
export class SignedHeads {
  #sizes = new Float64Array(1024);
  #commits = new Float64Array(1024);
  #roots = Buffer.alloc(1024 * rootBytes);
  #count = 0;
  readonly #others: SignedHead[] = [];

  /** Those of commits come in ascending order of size; one that only repeats the last is left out. */
  addCommit(commit: number, size: number, root: Uint8Array): void {
    if (size === this.#sizes[this.#count - 1]) return;
    if (this.#count === this.#sizes.length) this.#grow();
    this.#sizes[this.#count] = size;
    this.#commits[this.#count] = commit;
    this.#roots.set(root, this.#count * rootBytes);
    this.#count++;
  }

  addCheckpoint(head: SignedHead): void {
    this.#others.push(head);
  }

  /** All of them by ascending size, up to one of `size` events. */
  *ascending(size: number): Generator<SignedHead> {
    const others = this.#others.toSorted((left, right) => left.size - right.size).values();
    let other = others.next();
    for (let index = 0; index < this.#count && (this.#sizes[index] ?? 0) <= size; index++) {
      for (; !other.done && other.value.size <= (this.#sizes[index] ?? 0); other = others.next()) yield other.value;
      yield this.#head(index);
    }
    for (; !other.done && other.value.size <= size; other = others.next()) yield other.value;
  }

  /** The sizes of the commits' trees, the largest first. */
  *sizesDescending(): Generator<number> {
    for (let index = this.#count - 1; index >= 0; index--) yield this.#sizes[index] ?? 0;
  }

  #head(index: number): SignedHead {
    const root = Uint8Array.from(this.#roots.subarray(index * rootBytes, (index + 1) * rootBytes));
    return { size: this.#sizes[index] ?? 0, root, source: this.#commits[index] ?? 0 };
  }

  #grow(): void {
    const [sizes, commits] = [new Float64Array(this.#count * 2), new Float64Array(this.#count * 2)];
    sizes.set(this.#sizes);
    commits.set(this.#commits);
    [this.#sizes, this.#commits] = [sizes, commits];
    this.#roots = Buffer.concat([this.#roots], this.#roots.length * 2);
  }
}
