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
import { contentBytes, type KeyBytes, keyBytes, readOffset, recordBytes } from './record.ts';
import type { RunRef } from './run.ts';
import { RunPages } from './run-pages.ts';

/** A key that a run holds. */
export interface Found {
  readonly key: KeyBytes;
  readonly contentHash: Uint8Array;
  readonly offset: number;
}

/** Keys that go down the tree together: each level of it takes at most so many pages of memory, 4 MiB. */
const keysAtOnce = 1_024;

/** A key on its way, and the node of the next level that it leads to. */
interface Way {
  readonly key: number;
  readonly node: number;
}

const notAbsent = (way: Way | undefined): way is Way => way !== undefined;

/** Follows every way into the page of its node, which `pageOf` tells; ways come in the order of their nodes. */
const follow = async <Next>(
  pages: RunPages,
  ways: readonly Way[],
  pageOf: (node: number) => number,
  keep: boolean,
  step: (way: Way, page: Buffer) => Next,
): Promise<Next[]> => {
  const wanted = new Set(ways.map(({ node }) => pageOf(node)));
  const read = await pages.get([...wanted], keep);
  return ways.map((way) => {
    const page = read.get(pageOf(way.node));
    if (!page) throw new Error(`page ${pageOf(way.node)} was read and is not there`);
    return step(way, page);
  });
};

const findSome = async (pages: RunPages, layout: RunLayout, keys: KeyList, from: number, to: number) => {
  let ways: Way[] = Array.from({ length: to - from }, (_, index) => ({ key: from + index, node: 0 }));
  for (const { firstPage, children } of layout.fences.toReversed()) {
    ways = await follow(
      pages,
      ways,
      (node) => firstPage + node,
      true,
      ({ key, node }, page) => {
        const count = Math.min(keysPerFence, children - node * keysPerFence);
        return { key, node: node * keysPerFence + lastNotAbove(keys, key, page, count, keyBytes) };
      },
    );
  }
  const intoData = await follow(
    pages,
    ways,
    (node) => guideAt(layout, node),
    true,
    ({ key, node }, guide): Way | undefined => {
      const entry = lastNotAbove(keys, key, guide, pagesOfGuide(layout, node), guideEntryBytes);
      const filterAt = entry * guideEntryBytes + keyBytes;
      return mayHold(guide, filterAt, keys.bytes, key * keyBytes)
        ? { key, node: node * pagesPerGuide + entry }
        : undefined;
    },
  );
  return follow(pages, intoData.filter(notAbsent), dataPageAt, false, ({ key, node }, page): Found | undefined => {
    const at = lastNotAbove(keys, key, page, recordsOfPage(layout, node), recordBytes) * recordBytes;
    if (at < 0 || compareListed(keys, key, page, at) !== 0) return undefined;
    return {
      key: Buffer.from(page.subarray(at, at + keyBytes)),
      contentHash: Buffer.from(page.subarray(at + keyBytes, at + keyBytes + contentBytes)),
      offset: readOffset(page, at),
    };
  });
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
  take: (found: Found) => void,
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
      const found = await findSome(pages, layout, keys, from, Math.min(end, from + keysAtOnce));
      for (const one of found) if (one) take(one);
    }
  } finally {
    await pages.close();
  }
};
