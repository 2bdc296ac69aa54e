import path from 'node:path';
import { SpanDamaged } from '../../domain/errors.ts';
import type { RangeFile, RangeReading } from '../files.ts';
import { type Span, spanPath } from './layout.ts';
import { pageBytes, SpanPage } from './pages.ts';

/** Pages that are read at once. */
const pagesAtOnce = 16;

/** Reads the entries of a span from the first to the last. Whoever opens closes. */
export class SpanScan {
  readonly #file: RangeFile;
  readonly #span: Span;
  #pages: SpanPage[] = [];
  #pagesRead = 0;
  #page: SpanPage;
  #number = 0;
  #entry = 0;

  private constructor(file: RangeFile, span: Span, pages: SpanPage[], first: SpanPage) {
    this.#file = file;
    this.#span = span;
    this.#pages = pages;
    this.#pagesRead = pages.length + 1;
    this.#page = first;
    this.#requireEnd();
  }

  /** Stands on the first entry then. @throws SpanDamaged, or the system's error: `ENOENT` when the span is not there. */
  static async open(files: RangeReading, store: string, span: Span): Promise<SpanScan> {
    const file = await files.openRanges(path.join(store, spanPath(span)));
    try {
      if (file.bytes === 0) throw new SpanDamaged(spanPath(span), 'it is empty');
      const [first, ...pages] = await readPages(file, span, 0, pagesAtOnce);
      if (first === undefined) throw new SpanDamaged(spanPath(span), 'it is empty');
      return new SpanScan(file, span, pages, first);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Whether all entries were read. */
  get isDone(): boolean {
    return this.#entry >= this.#page.count;
  }

  get key(): number {
    return this.#page.keyAt(this.#entry);
  }

  get bits(): number {
    return this.#page.bitsAt(this.#entry);
  }

  get blind(): number {
    return this.#page.blind;
  }

  /** Goes on to the next entry. @returns undefined where that takes no read, so that nobody waits for nothing. @throws SpanDamaged, or the system's error */
  advance(): Promise<void> | undefined {
    this.#entry++;
    return this.#entry < this.#page.count || this.#page.isLast ? undefined : this.#turn();
  }

  async #turn(): Promise<void> {
    const before = this.#page.keyAt(this.#page.count - 1);
    if (this.#pages.length === 0) {
      this.#pages = await readPages(this.#file, this.#span, this.#pagesRead, pagesAtOnce);
      this.#pagesRead += this.#pages.length;
    }
    const next = this.#pages.shift();
    if (next === undefined) throw new SpanDamaged(spanPath(this.#span), 'it ends before its last page');
    if (next.count === 0 || next.keyAt(0) <= before) throw new SpanDamaged(spanPath(this.#span), 'it is not sorted');
    this.#page = next;
    this.#entry = 0;
    this.#number++;
    this.#requireEnd();
  }

  #requireEnd(): void {
    if (!this.#page.isLast || this.#file.bytes === (this.#number + 1) * pageBytes) return;
    throw new SpanDamaged(spanPath(this.#span), 'it goes on after its last page');
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Some pages of a span, from one on; fewer where the file ends. @throws SpanDamaged, or the system's error */
export const readPages = async (file: RangeFile, span: Span, from: number, count: number): Promise<SpanPage[]> => {
  const bytes = await file.read(from * pageBytes, count * pageBytes);
  const pages: SpanPage[] = [];
  for (let at = 0; at < bytes.length; at += pageBytes) {
    pages.push(SpanPage.check(bytes.subarray(at, at + pageBytes), span, from + at / pageBytes));
  }
  return pages;
};
