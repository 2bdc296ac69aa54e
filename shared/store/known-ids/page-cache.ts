import { pageBytes } from './layout.ts';

/**
 * Pages of runs that were checked, the longest unused forgotten first. Runs never change and their names never come
 * again, so a page is right for as long as it is kept.
 */
export class PageCache {
  readonly #mostPages: number;
  readonly #pages = new Map<string, Buffer>();

  /** @param mostBytes memory for pages; by default 16 MiB, the guides of 12 million ids. */
  constructor(mostBytes = 16 * 1024 * 1024) {
    this.#mostPages = Math.floor(mostBytes / pageBytes);
  }

  get(run: string, page: number): Buffer | undefined {
    const name = `${run}#${page}`;
    const found = this.#pages.get(name);
    if (found) {
      this.#pages.delete(name);
      this.#pages.set(name, found);
    }
    return found;
  }

  set(run: string, page: number, bytes: Buffer): void {
    this.#pages.set(`${run}#${page}`, bytes);
    if (this.#pages.size <= this.#mostPages) return;
    const [oldest] = this.#pages.keys();
    if (oldest !== undefined) this.#pages.delete(oldest);
  }
}
