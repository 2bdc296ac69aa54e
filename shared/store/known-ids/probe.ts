import type { RangeReading } from '../files.ts';
import { parseFooter, type RunEnds } from './ends.ts';
import { mayHold } from './filter.ts';
import { compareListed, countBelow, type KeyList, lastNotAbove } from './key-list.ts';
import {
  dataPageAt,
  guideAt,
  guideEntryBytes,
  keysPerFence,
  layoutOf,
  pagesOfGuide,
  pagesPerGuide,
  type RunLayout,
  recordsOfPage,
} from './layout.ts';
import type { PageCache } from './page-cache.ts';
import { keyBytes, recordBytes } from './record.ts';
import type { RunRef } from './run.ts';
import { RunPages } from './run-pages.ts';

/** Told of a key that a run holds: its place in the list, and the record. */
export type TakeRecord = (key: number, page: Buffer, at: number) => void;

/** Keys that go down the tree together: each level of it takes at most so many pages of memory, 4 MiB. */
const keysAtOnce = 1_024;

/** Keys on their way, in ascending order, and the node of the next level that each leads to. */
class Ways {
  readonly #keys: Uint32Array;
  readonly #nodes: Uint32Array;
  #count: number;

  constructor(from: number, to: number) {
    this.#count = to - from;
    this.#keys = new Uint32Array(this.#count);
    for (let index = 0; index < this.#count; index++) this.#keys[index] = from + index;
    this.#nodes = new Uint32Array(this.#count);
  }

  /**
   * Follows every way into the page of its node.
   * @param step where a key goes on from there, or -1: nowhere. `last` is where the key before it went in the same node, or -1.
   */
  async follow(
    pages: RunPages,
    pageOf: (node: number) => number,
    keep: boolean,
    step: (key: number, node: number, page: Buffer, last: number) => number,
    nextOf: (node: number, place: number) => number,
  ): Promise<void> {
    const read = await pages.get(this.#pages(pageOf), keep);
    let [count, node, last] = [0, -1, -1];
    let page: Buffer | undefined;
    for (let way = 0; way < this.#count; way++) {
      // Not by destructuring, whose arrays were a third of all that sealing allocates.
      const key = this.#keys[way] ?? 0;
      const own = this.#nodes[way] ?? 0;
      if (own !== node) {
        node = own;
        last = -1;
        page = read.get(pageOf(node));
      }
      if (!page) throw new Error(`page ${pageOf(node)} was read and is not there`);
      const place = step(key, node, page, last);
      if (place < 0) continue;
      last = place;
      this.#keys[count] = key;
      this.#nodes[count++] = nextOf(node, place);
    }
    this.#count = count;
  }

  #pages(pageOf: (node: number) => number): readonly number[] {
    const pages: number[] = [];
    let node = -1;
    for (let way = 0; way < this.#count; way++) {
      if (this.#nodes[way] === node) continue;
      node = this.#nodes[way] ?? 0;
      pages.push(pageOf(node));
    }
    return pages;
  }
}

const findSome = async (
  pages: RunPages,
  layout: RunLayout,
  keys: KeyList,
  from: number,
  to: number,
  take: TakeRecord,
): Promise<void> => {
  const ways = new Ways(from, to);
  for (const { firstPage, children } of layout.fences.toReversed()) {
    await ways.follow(
      pages,
      (node) => firstPage + node,
      true,
      (key, node, page, last) => {
        const count = Math.min(keysPerFence, children - node * keysPerFence);
        return lastNotAbove(keys, key, page, count, keyBytes, last);
      },
      (node, place) => node * keysPerFence + place,
    );
  }
  await ways.follow(
    pages,
    (node) => guideAt(layout, node),
    true,
    (key, node, guide, last) => {
      const entry = lastNotAbove(keys, key, guide, pagesOfGuide(layout, node), guideEntryBytes, last);
      return mayHold(guide, entry * guideEntryBytes + keyBytes, keys.bytes, key * keyBytes) ? entry : -1;
    },
    (node, place) => node * pagesPerGuide + place,
  );
  await ways.follow(
    pages,
    dataPageAt,
    false,
    (key, node, page, last) => {
      const place = lastNotAbove(keys, key, page, recordsOfPage(layout, node), recordBytes, last);
      if (place >= 0 && compareListed(keys, key, page, place * recordBytes) === 0) take(key, page, place * recordBytes);
      return place;
    },
    (node) => node,
  );
};

const readEnds = async (pages: RunPages, run: RunRef, { footerPage }: RunLayout): Promise<RunEnds> => {
  const footer = (await pages.get([footerPage], true)).get(footerPage);
  if (!footer) throw new Error('the footer was read and is not there');
  return parseFooter(footer, run.path, footerPage, run.entries);
};

/**
 * Looks keys up in one run.
 * @throws RunDamaged when the run is not what was written, and the system's errors.
 */
export const probe = async (
  files: RangeReading,
  store: string,
  run: RunRef,
  keys: KeyList,
  cache: PageCache,
  take: TakeRecord,
): Promise<void> => {
  if (keys.count === 0) return;
  const layout = layoutOf(run.entries);
  const pages = new RunPages(files, store, run, cache);
  try {
    const { firstKey, lastKey } = await readEnds(pages, run, layout);
    let from = countBelow(keys, firstKey, 0);
    const beyond = countBelow(keys, lastKey, 0);
    const end = beyond < keys.count && compareListed(keys, beyond, lastKey, 0) === 0 ? beyond + 1 : beyond;
    for (; from < end; from += keysAtOnce) {
      await findSome(pages, layout, keys, from, Math.min(end, from + keysAtOnce), take);
    }
  } finally {
    await pages.close();
  }
};
