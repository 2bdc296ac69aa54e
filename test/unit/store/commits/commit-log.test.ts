import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { LogDamaged, StoreUnavailable } from '../../../../shared/domain/errors.ts';
import { CommitLog } from '../../../../shared/store/commits/commit-log.ts';
import { findNewest } from '../../../../shared/store/commits/find-newest.ts';
import { type Commit, encodeLogFile } from '../../../../shared/store/commits/format.ts';
import { commitPath, snapshotPath } from '../../../../shared/store/commits/names.ts';
import { publishCommit, publishSnapshot } from '../../../../shared/store/commits/publish-commit.ts';
import { applyCommit, emptyState, type StoreState } from '../../../../shared/store/commits/state.ts';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';
import { DurableFolders } from '../../../../shared/store/folders.ts';
import { createLogger } from '../../../../shared/telemetry/log.ts';
import { temporaryFolder } from '../folders.ts';
import { commitAfter } from './commits.ts';

const put = (folder: string, file: string, bytes: Uint8Array | string): void => {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), bytes);
};

/** Puts commits there, without syncs, and gives the states after each. */
const storeOf = (count: number, make: (state: StoreState) => Commit = (state) => commitAfter(state)) => {
  const folder = temporaryFolder();
  const states = [emptyState];
  for (let number = 1; number <= count; number++) {
    const before = states.at(-1) ?? emptyState;
    const commit = make(before);
    const bytes = encodeLogFile(commit);
    put(folder, commitPath(number), bytes);
    states.push(applyCommit(before, commit, bytes));
  }
  return { folder, states };
};

const writingTo = (folder: string) => {
  let names = 0;
  return {
    folder,
    files: nodeStoreFiles,
    folders: new DurableFolders(nodeStoreFiles, folder),
    uniqueName: () => `temporary-${++names}`,
  };
};

const partAfter = (state: StoreState): Commit =>
  commitAfter(state, `parts/clinical/2026-11-23/${state.number}.h5`, {
    removed: [{ path: `level0/0/${state.number}.h5` }],
    unlinked: state.number > 5 ? [{ path: `level0/0/${state.number - 5}.h5` }] : [],
  });

describe('the log of commits', () => {
  it('is empty before the first commit', async () => {
    const { folder } = storeOf(0);
    expect(await new CommitLog({ folder, files: nodeStoreFiles }).catchUp()).toEqual(emptyState);
  });

  it('follows what is committed after it was opened', async () => {
    const { folder } = storeOf(0);
    const log = new CommitLog({ folder, files: nodeStoreFiles });
    const writing = writingTo(folder);
    for (let number = 1; number <= 3; number++) {
      const commit = partAfter(await log.catchUp());
      expect(await publishCommit(writing, commit)).toBe('published');
      expect(await publishCommit(writing, { ...commit, committed_at: 'later' })).toBe('taken');
    }
    expect([...(await log.catchUp()).parts.keys()]).toHaveLength(3);
  });

  it('starts at a snapshot and comes to the same state as from the first commit', async () => {
    const { folder, states } = storeOf(250, partAfter);
    const fromCommits = await new CommitLog({ folder, files: nodeStoreFiles }).catchUp();
    expect(fromCommits).toEqual(states[250]);
    await publishSnapshot(writingTo(folder), states[200] ?? emptyState);
    const read = vi.fn(nodeStoreFiles.read);
    const fromSnapshot = await new CommitLog({ folder, files: { ...nodeStoreFiles, read } }).catchUp();
    expect(fromSnapshot).toEqual(fromCommits);
    const opened = new Set(read.mock.calls.map(([file]) => file));
    expect(opened.has(path.join(folder, commitPath(150)))).toBe(false);
    // In the same order too: the bytes of the next snapshot must not depend on where its writer started.
    expect([...fromSnapshot.removed]).toEqual([...fromCommits.removed]);
  });

  it('takes a snapshot on the way when it has fallen far behind', async () => {
    const { folder, states } = storeOf(450, partAfter);
    const log = new CommitLog({ folder, files: nodeStoreFiles });
    await publishSnapshot(writingTo(folder), states[400] ?? emptyState);
    expect(await log.catchUp()).toEqual(states[450]);
    expect(log.takeSnapshotDue()).toBeUndefined();
  });

  it('offers the snapshot that is due once', async () => {
    const { folder, states } = storeOf(120, partAfter);
    const log = new CommitLog({ folder, files: nodeStoreFiles });
    await log.catchUp();
    expect(log.takeSnapshotDue()).toEqual(states[100]);
    expect(log.takeSnapshotDue()).toBeUndefined();
  });

  it('passes over a damaged snapshot, says so, and reads the commits', async () => {
    const { folder, states } = storeOf(230, partAfter);
    for (const number of [100, 200]) await publishSnapshot(writingTo(folder), states[number] ?? emptyState);
    put(folder, snapshotPath(200), '{"version":1}\n');
    const lines: string[] = [];
    const logger = createLogger('error', (line) => lines.push(line));
    expect(await new CommitLog({ folder, files: nodeStoreFiles, logger }).catchUp()).toEqual(states[230]);
    expect(lines.join()).toContain(snapshotPath(200));
  });

  it('passes over a snapshot of another history', async () => {
    const { folder, states } = storeOf(100, partAfter);
    const other = storeOf(100, (state) => commitAfter(state, `parts/other/2026-11-23/${state.number}.h5`));
    await publishSnapshot(writingTo(folder), other.states[100] ?? emptyState);
    expect(await new CommitLog({ folder, files: nodeStoreFiles }).catchUp()).toEqual(states[100]);
  });

  it.each([
    ['cut off', (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2)],
    ['empty', () => new Uint8Array()],
    ['altered by a bit', (bytes: Uint8Array) => bytes.with(40, (bytes[40] ?? 0) ^ 1)],
  ])('names the commit that is %s', async (_, damage) => {
    const { folder } = storeOf(3, partAfter);
    const file = path.join(folder, commitPath(2));
    writeFileSync(file, damage(await nodeStoreFiles.read(file)));
    const caught = new CommitLog({ folder, files: nodeStoreFiles }).catchUp();
    await expect(caught).rejects.toThrow(LogDamaged);
    await expect(caught).rejects.toMatchObject({ path: commitPath(2) });
  });

  it('names the first commit of another history', async () => {
    const { folder } = storeOf(3, partAfter);
    const other = storeOf(2, (state) => commitAfter(state, `parts/other/2026-11-23/${state.number}.h5`));
    const theirs = await nodeStoreFiles.read(path.join(other.folder, commitPath(2)));
    put(folder, commitPath(2), theirs);
    await expect(new CommitLog({ folder, files: nodeStoreFiles }).catchUp()).rejects.toMatchObject({
      tag: 'LogDamaged',
      path: commitPath(2),
    });
  });

  it.each([
    ['a shorter log', { tree: { size: 0, edge: [] } }],
    ['an edge that is none of its size', { tree: { size: 3, edge: ['ab'.repeat(32)] } }],
    ['an unlinked file that was not removed', { unlinked: [{ path: 'level0/0/never.h5' }] }],
    ['a run removed that is not there', { index: { added: [], removed: [{ path: 'log/index/never.run' }] } }],
    ['a path out of the store', { removed: [{ path: '../../etc/passwd' }] }],
    ['a version of its own', { version: 2 as 1 }],
  ])('refuses a commit with %s', async (_, changes) => {
    const { folder, states } = storeOf(1, (state) =>
      commitAfter(state, undefined, { tree: { size: 1, edge: ['cd'.repeat(32)] } }),
    );
    put(folder, commitPath(2), encodeLogFile(commitAfter(states[1] ?? emptyState, undefined, changes)));
    await expect(new CommitLog({ folder, files: nodeStoreFiles }).catchUp()).rejects.toMatchObject({
      tag: 'LogDamaged',
      path: commitPath(2),
    });
  });

  it('reads again what NFS has lost the handle of, and names a store that stays away', async () => {
    const { folder, states } = storeOf(2, partAfter);
    const failing = (code: string, times: number) => {
      let left = times;
      return {
        ...nodeStoreFiles,
        read: (file: string) =>
          left-- > 0 ? Promise.reject(Object.assign(new Error(code), { code })) : nodeStoreFiles.read(file),
      };
    };
    expect(await new CommitLog({ folder, files: failing('ESTALE', 2) }).catchUp()).toEqual(states[2]);
    await expect(new CommitLog({ folder, files: failing('EIO', 1) }).catchUp()).rejects.toThrow(StoreUnavailable);
  });

  it('does not take a commit for one whose name may still vanish', async () => {
    const { folder } = storeOf(1, partAfter);
    const syncFolder = () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
    const log = new CommitLog({ folder, files: { ...nodeStoreFiles, syncFolder } });
    await expect(log.catchUp()).rejects.toThrow(StoreUnavailable);
    expect(log.state).toEqual(emptyState);
  });

  it('keeps what it knows when the log has gone away', async () => {
    const { folder, states } = storeOf(2, partAfter);
    const log = new CommitLog({ folder, files: nodeStoreFiles });
    await log.catchUp();
    rmSync(path.join(folder, 'log'), { recursive: true });
    expect(await log.catchUp()).toEqual(states[2]);
  });
});

describe('finding the newest number', () => {
  it.each([0, 1, 2, 3, 7, 8, 99, 100, 12_345, 1_000_000])('opens few names to find %i', async (newest) => {
    for (const known of new Set([0, Math.floor(newest / 2), newest])) {
      const exists = vi.fn(async (number: number) => number <= newest);
      expect(await findNewest(exists, known)).toBe(newest);
      expect(exists.mock.calls.length).toBeLessThanOrEqual(2 * Math.log2(newest + 2) + 2);
    }
  });
});
