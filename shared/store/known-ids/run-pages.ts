import path from 'node:path';
import type { RangeFile, RangeReading } from '../files.ts';
import { pageBytes } from './layout.ts';
import { PageChecksum } from './page.ts';
import type { PageCache } from './page-cache.ts';
import type { RunRef } from './run.ts';

/**
 * Pages that nobody asked for are read along when they lie between two that somebody did: on 1 Gbit/s three take the 0.1 ms
 * that another round trip costs when four are under way.
 */
const mostPagesBetween = 3;
/** 256 KiB in one read. */
const mostPagesRead = 64;
/** Reads that are under way at once, which hides the round trips of a network share. */
const readsAtOnce = 4;

interface PageRange {
  readonly from: number;
  to: number;
  readonly wanted: number[];
}

const rangesOf = (pages: readonly number[]): readonly PageRange[] => {
  const ranges: PageRange[] = [];
  for (const page of pages) {
    const last = ranges.at(-1);
    if (last && page - last.to <= mostPagesBetween && page - last.from < mostPagesRead) {
      last.to = page + 1;
      last.wanted.push(page);
    } else {
      ranges.push({ from: page, to: page + 1, wanted: [page] });
    }
  }
  return ranges;
};

/** Reads the pages of one run, opened when the first one is not in the cache. Whoever makes it closes it. */
export class RunPages {
  readonly #files: RangeReading;
  readonly #file: string;
  readonly #run: string;
  readonly #cache: PageCache;
  readonly #checksum: PageChecksum;
  #open: Promise<RangeFile> | undefined;

  constructor(files: RangeReading, store: string, { path: run }: RunRef, cache: PageCache) {
    this.#files = files;
    this.#file = path.join(store, run);
    this.#run = run;
    this.#cache = cache;
    this.#checksum = new PageChecksum(run);
  }

  /**
   * @param pages their numbers, ascending, each once.
   * @param keep whether they are worth their room in the cache.
   * @throws RunDamaged when one of them is not what was written, and the system's errors.
   */
  async get(pages: readonly number[], keep: boolean): Promise<ReadonlyMap<number, Buffer>> {
    const found = new Map<number, Buffer>();
    const missing: number[] = [];
    for (const page of pages) {
      const cached = this.#cache.get(this.#run, page);
      if (cached) found.set(page, cached);
      else missing.push(page);
    }
    const ranges = rangesOf(missing).values();
    const readOn = async (): Promise<void> => {
      for (const range of ranges) await this.#read(range, keep, found);
    };
    const lanes = await Promise.allSettled(Array.from({ length: readsAtOnce }, readOn));
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
    return found;
  }

  async close(): Promise<void> {
    const file = await this.#open?.catch(() => undefined);
    await file?.close();
  }

  async #read({ from, to, wanted }: PageRange, keep: boolean, found: Map<number, Buffer>): Promise<void> {
    this.#open ??= this.#files.openRanges(this.#file);
    const file = await this.#open;
    const bytes = await file.read(from * pageBytes, (to - from) * pageBytes);
    for (const page of wanted) {
      const at = (page - from) * pageBytes;
      this.#checksum.check(bytes, at, page);
      const slice = bytes.subarray(at, at + pageBytes);
      // A copy, since a slice would keep everything alive that was read along with it.
      const own = keep && bytes.length > pageBytes ? Buffer.from(slice) : slice;
      found.set(page, own);
      if (keep) this.#cache.set(this.#run, page, own);
    }
  }
}
