import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RunDamaged, RunsDisagree } from '../../../../shared/domain/errors.ts';
import { type LargeStoreFiles, nodeStoreFiles } from '../../../../shared/store/files.ts';
import { checkRun } from '../../../../shared/store/known-ids/check.ts';
import { keyText } from '../../../../shared/store/known-ids/identity-key.ts';
import {
  guideAt,
  keysPerFence,
  layoutOf,
  pageBytes,
  pagesPerGuide,
  recordsPerPage,
} from '../../../../shared/store/known-ids/layout.ts';
import { lookup } from '../../../../shared/store/known-ids/lookup.ts';
import { mergeRuns } from '../../../../shared/store/known-ids/merge.ts';
import { PageCache } from '../../../../shared/store/known-ids/page-cache.ts';
import type { NewId, RunRef } from '../../../../shared/store/known-ids/run.ts';
import { writeRun } from '../../../../shared/store/known-ids/write.ts';
import { SimulatedFiles } from '../../../property/store/simulated-files.ts';
import { temporaryFolder } from '../folders.ts';
import { contentOf, idsOf, keyOf, numbersFrom, writeNumbers } from './ids.ts';

const store = '/store';

/** Evenly spaced ids, already sorted: the number of each stands in its key's middle, odd ones are never stored. */
const evenKey = (number: number): Buffer => {
  const key = Buffer.alloc(16, 0x5a);
  key.writeUInt32BE(number * 2, 4);
  return key;
};
const absentKey = (number: number): Buffer => {
  const key = evenKey(number);
  key.writeUInt32BE(number * 2 + 1, 4);
  return key;
};
const evenIds = (count: number): readonly NewId[] => {
  const contentHash = contentOf(0);
  return Array.from({ length: count }, (_, offset) => ({ key: evenKey(offset), contentHash, offset }));
};

const recordsPerGuide = recordsPerPage * pagesPerGuide;

describe('a run of any size', () => {
  it.each([
    ['one id', 1],
    ['a full page', recordsPerPage],
    ['a page and one', recordsPerPage + 1],
    ['a full guide', recordsPerGuide],
    ['a guide and one', recordsPerGuide + 1],
    ['a full section', recordsPerGuide * 16],
    ['a section and one', recordsPerGuide * 16 + 1],
    ['a full fence', recordsPerGuide * keysPerFence],
    ['two levels of fences', recordsPerGuide * keysPerFence + 1],
  ])('finds what it holds and nothing else: %s', async (_, count) => {
    const folder = temporaryFolder();
    const run = await writeRun(nodeStoreFiles, folder, evenIds(count));
    expect(run).toMatchObject({ entries: count, bytes: layoutOf(count).pages * pageBytes, basePosition: 0 });
    await checkRun(nodeStoreFiles, folder, run);
    // The first and the last of every page, of every guide and of all.
    const numbers = new Set([0, count - 1]);
    for (let edge = recordsPerPage; edge < count; edge += recordsPerPage * (count > 50_000 ? 97 : 1)) {
      numbers.add(edge - 1).add(edge);
    }
    for (let edge = recordsPerGuide; edge < count; edge += recordsPerGuide) numbers.add(edge - 1).add(edge);
    const wanted = [...numbers];
    const found = await lookup(
      nodeStoreFiles,
      folder,
      [{ ...run, basePosition: 7 }],
      [...wanted.map(evenKey), ...wanted.map(absentKey), Buffer.alloc(16, 0x00), Buffer.alloc(16, 0xff)],
    );
    expect(found.size).toBe(wanted.length);
    for (const number of wanted) expect(found.get(keyText(evenKey(number)))?.position).toBe(7 + number);
  });

  it('has at least one id', async () => {
    const files = new SimulatedFiles(store);
    await expect(writeRun(files, store, [])).rejects.toThrow('at least one');
    await expect(mergeRuns(files, store, [])).rejects.toThrow('at least one');
    expect(files.filesBelow(store).size).toBe(0);
  });

  it.each([
    ['unsorted', [...idsOf([1, 2, 3, 4, 5, 6, 7, 8])]],
    ['repeated', [...idsOf([1]), ...idsOf([1])]],
    ['of a key too short', [{ key: keyOf(1).subarray(1), contentHash: contentOf(1), offset: 0 }]],
    ['of a content hash too short', [{ key: keyOf(1), contentHash: contentOf(1).subarray(0, 15), offset: 0 }]],
    ['of an offset beyond 48 bits', [{ key: keyOf(1), contentHash: contentOf(1), offset: 2 ** 48 }]],
  ])('is refused when its ids are %s', async (_, entries) => {
    const files = new SimulatedFiles(store);
    await expect(writeRun(files, store, entries)).rejects.toThrow(RangeError);
    expect(files.filesBelow(store).size).toBe(0);
  });

  it('keeps the greatest offset', async () => {
    const files = new SimulatedFiles(store);
    const run = await writeRun(files, store, [{ key: keyOf(1), contentHash: contentOf(1), offset: 2 ** 48 - 1 }]);
    const found = await lookup(files, store, [run], [keyOf(1)]);
    expect(found.get(keyText(keyOf(1)))).toEqual({ contentHash: contentOf(1).subarray(0, 16), position: 2 ** 48 - 1 });
  });
});

/** Counts what is read. */
const counting = (files: LargeStoreFiles) => {
  const counts = { opens: 0, reads: 0, bytes: 0 };
  const openRanges: LargeStoreFiles['openRanges'] = async (name) => {
    counts.opens++;
    const file = await files.openRanges(name);
    return {
      ...file,
      read: async (offset, length) => {
        counts.reads++;
        counts.bytes += length;
        return file.read(offset, length);
      },
    };
  };
  return { counts, files: { ...nodeStoreFiles, openRanges } };
};

describe('what a lookup reads', () => {
  const count = 100_000;
  const guides = layoutOf(count).guides;

  it('is nothing when nothing is asked, or nothing is there', async () => {
    const { counts, files } = counting(nodeStoreFiles);
    const folder = temporaryFolder();
    const run = await writeNumbers(nodeStoreFiles, folder, 0, 10);
    expect((await lookup(files, folder, [run], [])).size).toBe(0);
    expect((await lookup(files, folder, [], [keyOf(1)])).size).toBe(0);
    expect(counts.opens).toBe(0);
  });

  it('is a footer for keys outside of the range, and the second time nothing', async () => {
    const folder = temporaryFolder();
    const run = await writeRun(nodeStoreFiles, folder, evenIds(count));
    const { counts, files } = counting(nodeStoreFiles);
    const cache = new PageCache();
    const outside = Array.from({ length: 1_000 }, (_, number) => evenKey(count + number));
    await lookup(files, folder, [run], outside, cache);
    expect(counts).toEqual({ opens: 1, reads: 1, bytes: pageBytes });
    await lookup(files, folder, [run], outside, cache);
    expect(counts.opens).toBe(1);
  });

  it('is each guide once for absent keys, few data pages, and the second time only those', async () => {
    const folder = temporaryFolder();
    const run = await writeNumbers(nodeStoreFiles, folder, 0, count);
    const { counts, files } = counting(nodeStoreFiles);
    const cache = new PageCache();
    const absent = numbersFrom(count, 5_000).map(keyOf);
    expect((await lookup(files, folder, [run], absent, cache)).size).toBe(0);
    // Footer, fence, guides that lie together, and data pages for the 1 % that the filters let through.
    const passed = absent.length * 0.02;
    expect(counts.bytes / pageBytes).toBeLessThan(2 + guides + passed * 9);
    const first = { ...counts };
    expect((await lookup(files, folder, [run], absent, cache)).size).toBe(0);
    expect(counts.bytes - first.bytes).toBeLessThan(first.bytes);
    expect(counts.reads - first.reads).toBeLessThan(passed);
  });

  it('joins reads of neighbours', async () => {
    const folder = temporaryFolder();
    const run = await writeRun(nodeStoreFiles, folder, evenIds(count));
    const { counts, files } = counting(nodeStoreFiles);
    const known = Array.from({ length: recordsPerGuide }, (_, number) => evenKey(number));
    expect((await lookup(files, folder, [run], known)).size).toBe(recordsPerGuide);
    expect(counts.reads).toBeLessThan(10);
  });

  it('keeps guides in the cache, and no data pages, which are seldom asked for again', async () => {
    const folder = temporaryFolder();
    const run = await writeRun(nodeStoreFiles, folder, evenIds(count));
    const cache = new PageCache();
    expect((await lookup(nodeStoreFiles, folder, [run], [evenKey(0)], cache)).size).toBe(1);
    const kept = numbersFrom(0, layoutOf(count).pages).filter((page) => cache.get(run.path, page));
    const { fences, footerPage } = layoutOf(count);
    expect(kept).toEqual([guideAt(layoutOf(count), 0), fences[0]?.firstPage, footerPage]);
  });

  it('needs no more memory for pages than the cache may have', async () => {
    const cache = new PageCache(3 * pageBytes);
    const page = Buffer.alloc(1);
    for (let number = 0; number < 10; number++) {
      cache.set('run', number, page);
      cache.get('run', 0);
    }
    expect(numbersFrom(0, 10).filter((number) => cache.get('run', number))).toEqual([0, 8, 9]);
  });
});

describe('an id that is in two runs', () => {
  const twice = async (otherContent: Buffer) => {
    const files = new SimulatedFiles(store);
    const entry = { key: keyOf(5), contentHash: contentOf(5), offset: 3 };
    const one = await writeRun(files, store, [entry]);
    const other = await writeRun(files, store, [{ ...entry, contentHash: otherContent, offset: 1 }]);
    return {
      files,
      runs: [
        { ...one, basePosition: 10 },
        { ...other, basePosition: 11 },
      ] as readonly RunRef[],
    };
  };

  it('has its first position, before and after a merge', async () => {
    const { files, runs } = await twice(contentOf(5));
    const merged = await mergeRuns(files, store, runs);
    expect(merged.entries).toBe(1);
    for (const some of [runs, runs.toReversed(), [merged]]) {
      expect((await lookup(files, store, some, [keyOf(5)])).get(keyText(keyOf(5)))?.position).toBe(12);
    }
  });

  it('is an error when its contents differ, in a lookup and in a merge', async () => {
    const { files, runs } = await twice(contentOf(6));
    const names = runs.map((run) => run.path).toSorted();
    for (const failing of [lookup(files, store, runs, [keyOf(5)]), mergeRuns(files, store, runs)]) {
      const error = await failing.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(RunsDisagree);
      if (error instanceof RunsDisagree) {
        expect([error.key, error.paths.toSorted()]).toEqual([keyText(keyOf(5)), names]);
      }
    }
    expect(files.openFiles).toBe(0);
    expect(files.filesBelow(store).size).toBe(2);
  });
});

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

describe('a run that can not be read', () => {
  it("passes on the system's word that it is gone, and leaves no descriptor", async () => {
    const folder = temporaryFolder();
    const runs = [
      await writeNumbers(nodeStoreFiles, folder, 0, 500),
      await writeNumbers(nodeStoreFiles, folder, 500, 500),
    ];
    const before = openDescriptors();
    await rm(path.join(folder, runs[1]?.path ?? ''));
    for (let attempt = 0; attempt < 20; attempt++) {
      await expect(lookup(nodeStoreFiles, folder, runs, numbersFrom(0, 600).map(keyOf))).rejects.toThrow('ENOENT');
      await expect(mergeRuns(nodeStoreFiles, folder, runs)).rejects.toThrow('ENOENT');
    }
    expect(openDescriptors()).toBeLessThanOrEqual(before);
    expect(readdirSync(path.join(folder, 'tmp'))).toEqual([]);
  });

  it('is damaged when its footer counts other ids than the commit', async () => {
    const files = new SimulatedFiles(store);
    // Of the same number of pages, so that the footer is found.
    const run = await writeNumbers(files, store, 0, 50);
    await expect(lookup(files, store, [{ ...run, entries: 51 }], [keyOf(1)])).rejects.toThrow(RunDamaged);
  });
});
