/** A place in a heap, by which its item can be removed without a search. */
export interface HeapEntry<Item> {
  readonly item: Item;
  /** The smallest key comes first. */
  readonly key: number;
  /** Kept by the heap; -1 once removed. */
  index: number;
}

/** A binary heap whose entries know where they are. */
export class IndexedHeap<Item> {
  readonly #entries: HeapEntry<Item>[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** The entry with the smallest key. */
  get first(): HeapEntry<Item> | undefined {
    return this.#entries[0];
  }

  add(key: number, item: Item): HeapEntry<Item> {
    const entry = { key, item, index: this.#entries.length };
    this.#entries.push(entry);
    this.#up(entry);
    return entry;
  }

  remove(entry: HeapEntry<Item>): void {
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) {
      this.#put(last, entry.index);
      this.#up(last);
      this.#down(last);
    }
    entry.index = -1;
  }

  #put(entry: HeapEntry<Item>, index: number): void {
    this.#entries[index] = entry;
    entry.index = index;
  }

  #up(entry: HeapEntry<Item>): void {
    while (entry.index > 0) {
      const parent = this.#entries[(entry.index - 1) >> 1];
      if (parent === undefined || parent.key <= entry.key) return;
      this.#swap(entry, parent);
    }
  }

  #down(entry: HeapEntry<Item>): void {
    for (;;) {
      const left = this.#entries[2 * entry.index + 1];
      const right = this.#entries[2 * entry.index + 2];
      const least = right !== undefined && left !== undefined && right.key < left.key ? right : left;
      if (least === undefined || entry.key <= least.key) return;
      this.#swap(entry, least);
    }
  }

  #swap(one: HeapEntry<Item>, other: HeapEntry<Item>): void {
    const { index } = one;
    this.#put(one, other.index);
    this.#put(other, index);
  }
}
