import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { snapshotPath } from '../../../../shared/store/commits/names.ts';
import { publishSnapshot } from '../../../../shared/store/commits/publish-commit.ts';
import { emptyState } from '../../../../shared/store/commits/state.ts';
import { isKept, supersededSnapshots } from '../../../../shared/store/commits/superseded-snapshots.ts';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';
import { DurableFolders } from '../../../../shared/store/folders.ts';
import { temporaryFolder } from '../folders.ts';
import { sha256 } from './commits.ts';

describe('snapshots', () => {
  it('grow few with the commits, and are fewer the older they are', () => {
    const there = new Set<number>();
    for (let number = 100; number <= 200_000; number += 100) {
      there.add(number);
      for (const old of supersededSnapshots(number)) there.delete(old);
    }
    const between = (from: number, to: number): readonly number[] =>
      [...there].filter((number) => number > from && number <= to);
    expect(between(199_000, 200_000)).toHaveLength(10);
    expect(between(190_000, 199_000).every((number) => number % 1_000 === 0)).toBe(true);
    expect(between(100_000, 190_000)).toEqual(Array.from({ length: 9 }, (_, index) => 110_000 + index * 10_000));
    expect(there.size).toBeLessThan(35);
    for (let number = 199_100; number <= 200_000; number += 100) expect(isKept(number, 200_000)).toBe(true);
    expect(isKept(199_000, 200_000)).toBe(false);
  });

  it('take away those that they supersede, and no others', async () => {
    const folder = temporaryFolder();
    for (const number of [100, 200, 1_000, 1_100]) {
      const file = path.join(folder, snapshotPath(number));
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, '');
    }
    const writing = {
      folder,
      files: nodeStoreFiles,
      folders: new DurableFolders(nodeStoreFiles, folder),
      uniqueName: () => 'temporary',
    };
    await publishSnapshot(writing, { ...emptyState, number: 1_200, sha256 });
    const left = [100, 200, 1_000, 1_100, 1_200].filter((number) =>
      existsSync(path.join(folder, snapshotPath(number))),
    );
    expect(left).toEqual([100, 1_000, 1_100, 1_200]);
  });
});
