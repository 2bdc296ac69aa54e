import path from 'node:path';
import { SpanDamaged } from '../../domain/errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import { isGone, type RangeFile, type RangeReading } from '../files.ts';
import { PageCache } from '../known-ids/page-cache.ts';
import {
  childOf,
  coverOf,
  fanOut,
  leafPositions,
  type PositionRange,
  rangeOfSpan,
  type Span,
  spanPath,
} from './layout.ts';
import { consultationKey, pageBytes, pageOfKey, SpanPage } from './pages.ts';

export interface WhereaboutsOptions {
  /** The store's folder. */
  readonly folder: string;
  readonly files: RangeReading;
  readonly logger: Logger;
  /** Positions of a leaf; all that read the store have the same. */
  readonly positions?: number;
}

/** Spans that are looked into at a time: a share answers several requests sooner than one after another. */
const looksAtOnce = 8;

/** Pages on either side of the one that a key should be on that are read along. */
const pagesBeside = 1;

/** Memory for pages that were read. */
const cacheBytes = 4 * 1024 * 1024;

/** How many spans are remembered by their lengths. */
const mostLengths = 10_000;

const allChildren = 2 ** fanOut - 1;

/** Ranges that touch as one. @param ranges in ascending order, none in another */
const joined = (ranges: readonly PositionRange[]): readonly PositionRange[] => {
  const wide: { from: number; end: number }[] = [];
  for (const { from, end } of ranges) {
    const last = wide.at(-1);
    if (last?.end === from) last.end = end;
    else wide.push({ from, end });
  }
  return wide;
};

/**
 * Tells at which positions a consultation may have sealed events, by the spans of docs/CONSULTATIONS_FORMAT.md: what a look costs
 * grows with the logarithm of the store. A span that is not there, or is damaged, rules nothing out.
 */
export class Whereabouts {
  readonly #options: WhereaboutsOptions;
  readonly #positions: number;
  readonly #cache = new PageCache(cacheBytes);
  /** How many pages the spans have that were looked into. */
  readonly #lengths = new Map<string, number>();
  readonly #damaged = new Set<string>();

  constructor(options: WhereaboutsOptions) {
    this.#options = options;
    this.#positions = options.positions ?? leafPositions;
  }

  /**
   * @param size events in the log
   * @param behind only positions behind this one matter
   * @returns ranges outside of which the consultation has no sealed event, in ascending order
   * @throws Error the system's
   */
  async rangesOf(size: number, consultationId: string, behind: number): Promise<readonly PositionRange[]> {
    const key = consultationKey(consultationId);
    const leaves = Math.floor(size / this.#positions);
    const found: PositionRange[] = [];
    const isWanted = (span: Span): boolean => rangeOfSpan(span, this.#positions).end > behind + 1;
    for (let spans = coverOf(leaves).filter(isWanted); spans.length > 0; ) {
      const next: Span[] = [];
      for (let at = 0; at < spans.length; at += looksAtOnce) {
        const some = spans.slice(at, at + looksAtOnce);
        const looks = await Promise.all(some.map((span) => this.#look(span, key)));
        for (const [index, span] of some.entries()) {
          const bits = looks[index];
          if (bits === undefined || (bits !== 0 && span.level === 0)) found.push(rangeOfSpan(span, this.#positions));
          else next.push(...childrenIn(span, bits).filter(isWanted));
        }
      }
      spans = next;
    }
    if (leaves * this.#positions < size) found.push({ from: leaves * this.#positions, end: size });
    return joined(found.sort((left, right) => left.from - right.from));
  }

  /** The children that a consultation may have events in; undefined where nothing is known. */
  async #look(span: Span, key: number): Promise<number | undefined> {
    let file: RangeFile | undefined;
    const open = async (): Promise<RangeFile> => {
      file ??= await this.#options.files.openRanges(path.join(this.#options.folder, spanPath(span)));
      return file;
    };
    try {
      return await this.#bitsOf(span, key, open);
    } catch (error) {
      if (error instanceof SpanDamaged) this.#tell(error);
      else if (!isGone(error)) throw error;
      return undefined;
    } finally {
      await file?.close();
    }
  }

  async #bitsOf(span: Span, key: number, open: () => Promise<RangeFile>): Promise<number> {
    const pages = await this.#pagesIn(span, open);
    const guess = Math.min(pages - 1, pageOfKey(key, pages));
    let from = Math.max(0, guess - pagesBeside);
    let end = Math.min(pages, guess + pagesBeside + 1);
    // Each step goes on from the outermost page: a key between two pages is found to be on neither.
    for (;;) {
      const read = await this.#pages(span, from, end, open);
      const [first, last] = [read.at(0), read.at(-1)];
      if (first === undefined || last === undefined) throw new SpanDamaged(spanPath(span), 'it is empty');
      if (from > 0 && key < first.keyAt(0)) {
        [from, end] = [Math.max(0, from - pagesBeside), from + 1];
      } else if (!last.isLast && key > last.keyAt(last.count - 1)) {
        if (end === pages) throw new SpanDamaged(spanPath(span), 'it ends before its last page');
        [from, end] = [end - 1, Math.min(pages, end + pagesBeside)];
      } else {
        return read.reduce((bits, page) => bits | page.bitsOf(key), first.blind & allChildren);
      }
    }
  }

  async #pagesIn(span: Span, open: () => Promise<RangeFile>): Promise<number> {
    const name = spanPath(span);
    const known = this.#lengths.get(name);
    if (known !== undefined) return known;
    const pages = Math.ceil((await open()).bytes / pageBytes);
    if (this.#lengths.size >= mostLengths) this.#lengths.clear();
    this.#lengths.set(name, pages);
    return pages;
  }

  async #pages(span: Span, from: number, end: number, open: () => Promise<RangeFile>): Promise<readonly SpanPage[]> {
    const name = spanPath(span);
    const cached = Array.from({ length: end - from }, (_, index) => this.#cache.get(name, from + index));
    if (cached.every((page) => page !== undefined)) {
      return cached.map((page, index) => SpanPage.check(page, span, from + index));
    }
    const bytes = await (await open()).read(from * pageBytes, (end - from) * pageBytes);
    return Array.from({ length: end - from }, (_, index) => {
      const page = Buffer.from(bytes.subarray(index * pageBytes, (index + 1) * pageBytes));
      const checked = SpanPage.check(page, span, from + index);
      this.#cache.set(name, from + index, page);
      return checked;
    });
  }

  #tell(error: SpanDamaged): void {
    if (this.#damaged.has(error.path)) return;
    this.#damaged.add(error.path);
    this.#options.logger.error('the index of consultations is damaged; reads look into parts instead', {
      path: error.path,
      error,
    });
  }
}

const childrenIn = (span: Span, bits: number): readonly Span[] =>
  Array.from({ length: fanOut }, (_, child) => child)
    .filter((child) => (bits & (1 << child)) !== 0)
    .map((child) => childOf(span, child));
