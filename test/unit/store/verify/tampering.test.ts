import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Commit, encodeLogFile, fileSha256 } from '../../../../shared/store/commits/format.ts';
import { commitPath } from '../../../../shared/store/commits/names.ts';
import { treeFromFile } from '../../../../shared/store/commits/state.ts';
import { rangeOf } from '../../../../shared/store/files.ts';
import { signCheckpoint } from '../../../../shared/store/log/checkpoint.ts';
import { generateSigningKey, openSigner } from '../../../../shared/store/log/note/signer.ts';
import { openSealedPart } from '../../../../shared/store/part/sealed/open.ts';
import { writeSealedPart } from '../../../../shared/store/part/sealed/write.ts';
import type { Finding } from '../../../../shared/store/verify/finding.ts';
import { type FileMap, keptFolder, storeFolder } from './memory-files.ts';
import { commitOf, rewrite } from './rewrite.ts';
import { fileOf, mergedStore, named, smallStore, verifyMemory } from './rig.ts';

let whole: FileMap = new Map();
let merged: FileMap = new Map();
beforeEach(async () => {
  // Made in the first test and shared by all: no test changes them.
  if (whole.size === 0) [whole, merged] = [await smallStore(), await mergedStore()];
});

const at = (file: string): string => path.join(storeFolder, file);
const bytesOf = (files: FileMap, file: string): Uint8Array => files.get(file) ?? new Uint8Array();
const withBytes = (file: string, bytes: Uint8Array, files = whole): FileMap => new Map(files).set(file, bytes);
const without = (file: string, files = whole): FileMap => {
  const rest = new Map(files);
  rest.delete(file);
  return rest;
};
const namesIt = (findings: readonly Finding[], file: string): boolean =>
  findings.some((finding) => finding.file === named(file));

/** What a store is whole without: nothing names it, or it can be made again. */
const isOptional = (file: string): boolean =>
  /\/level0\/|snapshot\.json$|\/log\/checkpoint$|\/settled\//.test(file) || file.startsWith(keptFolder);

/** A tile that is not full, beside one of more hashes that took its place. */
const isSuperseded = (store: FileMap, file: string): boolean => {
  const [, tile, width] = /^(.*)\.p\/(\d+)$/.exec(file) ?? [];
  if (tile === undefined) return false;
  const isLarger = (other: string): boolean =>
    other === tile || (other.startsWith(`${tile}.p/`) && Number(path.basename(other)) > Number(width));
  return [...store.keys()].some(isLarger);
};

describe('a file that is dropped', () => {
  it('is named where a commit names it, or the log needs it', async () => {
    const unseen: string[] = [];
    for (const store of [whole, merged]) {
      for (const file of store.keys()) {
        if (isOptional(file) || isSuperseded(store, file)) continue;
        const { findings, notes } = await verifyMemory(without(file, store));
        // The newest commit, tile and letter can't name what follows; what does is said of their folders.
        const folder = [...findings, ...notes].some((told) => named(file).startsWith(told.file));
        if (!(namesIt(findings, file) || folder)) unseen.push(`${named(file)}: ${JSON.stringify(findings)}`);
      }
    }
    expect(unseen).toEqual([]);
  });

  it('is told by what it leaves behind where nothing needs it', async () => {
    const { findings, notes } = await verifyMemory(without(at('log/checkpoint')));
    expect(findings).toEqual([]);
    expect(notes).toEqual([{ file: 'log/checkpoint', reason: expect.stringContaining('the next run of seal') }]);
  });
});

describe('a file of another length', () => {
  it.each([
    ['cut in half', (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2)],
    ['without its last byte', (bytes: Uint8Array) => bytes.subarray(0, -1)],
    ['emptied', () => new Uint8Array()],
    ['with a byte more', (bytes: Uint8Array) => Uint8Array.of(...bytes, 0)],
    ['twice as long', (bytes: Uint8Array) => Uint8Array.of(...bytes, ...bytes)],
  ])('is named: %s', async (_, change) => {
    const unseen: string[] = [];
    for (const store of [whole, merged]) {
      for (const [file, bytes] of store) {
        const { findings } = await verifyMemory(withBytes(file, change(bytes), store));
        if (!namesIt(findings, file)) unseen.push(`${named(file)}: ${JSON.stringify(findings)}`);
      }
    }
    expect(unseen).toEqual([]);
  });
});

describe('files that are swapped', () => {
  it.each(['parts/', 'log/commits/', 'log/index/', 'log/tile/'])('are both named: %s', async (folder) => {
    const files = [...whole.keys()].filter((file) => file.startsWith(at(folder)));
    for (const [index, one] of files.entries()) {
      const other = files[(index + 1) % files.length] ?? '';
      const swapped = withBytes(one, bytesOf(whole, other), withBytes(other, bytesOf(whole, one)));
      const { findings } = await verifyMemory(swapped);
      // One commit that is wrong hides whether those after it fit.
      expect([one, other].some((file) => namesIt(findings, file))).toBe(true);
      if (!folder.endsWith('commits/')) expect([one, other].every((file) => namesIt(findings, file))).toBe(true);
    }
  });
});

describe('a file that is copied to another name', () => {
  it('is named, whatever the name', async () => {
    for (const store of [whole, merged]) {
      for (const [file, bytes] of store) {
        if (file.startsWith(keptFolder)) continue;
        const copy = path.join(path.dirname(file), `copy-of-${path.basename(file)}`);
        const { findings } = await verifyMemory(withBytes(copy, bytes, store));
        expect(findings).toEqual([{ kind: 'added', file: named(copy), reason: expect.any(String) }]);
      }
    }
  });

  it('is named where the name is one of the store', async () => {
    const id = '0196e0a0-0000-7000-8000-00000000000a';
    for (const [file, copy] of [
      [fileOf(whole, '/parts/conversation'), at(`parts/conversation/2026-11-23/${id}.h5`)],
      [fileOf(whole, '/level0/'), at(`level0/a/${id}.h5`)],
      [at(commitPath(3)), at(commitPath(4))],
      [at(commitPath(3)), at(commitPath(5))],
      [at('log/tile/0/000'), at('log/tile/0/001')],
      [at('log/tile/0/000'), at('log/tile/0/002')],
      [at('log/tile/0/001.p/8'), at('log/tile/0/001.p/9')],
    ] as const) {
      const { findings } = await verifyMemory(withBytes(copy, bytesOf(whole, file)));
      expect(findings.map((finding) => finding.file)).toContain(named(copy));
    }
  });

  it('is noted where it is a run under the name of one: no commit names it, and nobody reads it', async () => {
    const copy = at('log/index/0196e0a0-0000-7000-8000-00000000000a.run');
    const { findings, notes } = await verifyMemory(withBytes(copy, bytesOf(whole, fileOf(whole, '.run'))));
    expect(findings).toEqual([]);
    expect(notes).toEqual([{ file: named(copy), reason: expect.stringContaining('no commit names it') }]);
  });
});

/** Writes the first part of a commit again, with other events in it, and has all commits agree. */
const reseal = async (number: number, payload: string): Promise<FileMap> => {
  const part = commitOf(whole, number).added.find(({ segment }) => segment === 'conversation');
  if (part === undefined) throw new Error('no part');
  const { path: file, base_position: basePosition } = part;
  const sealed = await openSealedPart(rangeOf(bytesOf(whole, at(file))), { path: file, basePosition });
  const events = await sealed.events(Array.from({ length: sealed.meta.count }, (_, row) => row));
  const rows = events.map(({ position = 0, ...event }, row) => ({
    positionOffset: position - basePosition,
    event: row === 0 ? { ...event, payload } : event,
  }));
  const { partId, level, segment, day } = sealed.meta;
  const { bytes } = await writeSealedPart(rows, { partId, level, segment, day }, 'gzip-1');
  const changed = { ...part, bytes: bytes.length, sha256: fileSha256(bytes) };
  return rewrite(withBytes(at(file), bytes), number, (commit) => ({
    ...commit,
    added: commit.added.map((each) => (each.path === file ? changed : each)),
  }));
};

describe('a history that is broken', () => {
  it('is gone on with from the next snapshot, so that one alteration does not hide others', async () => {
    const [part] = commitOf(whole, 3).added;
    const files = new Map(whole)
      .set(at(commitPath(1)), Buffer.from('{}'))
      .set(at(part?.path ?? ''), Buffer.from('other'));
    const { findings, report } = await verifyMemory(files);
    expect(new Set(findings.map(({ file }) => file))).toEqual(new Set([commitPath(1), part?.path]));
    expect(report.commit).toBe(3);
  });

  it('ends before what is altered where there is none, and says so', async () => {
    const { findings, notes, report } = await verifyMemory(withBytes(at(commitPath(3)), Buffer.from('{}')));
    expect(namesIt(findings, at(commitPath(3)))).toBe(true);
    expect(notes).toContainEqual({ file: 'log/commits', reason: expect.stringContaining('after commit 2') });
    expect(report).toMatchObject({ commit: 2, events: 263 });
  });
});

describe('a quarantine', () => {
  it('misses a letter when commits count conflicts and none is there', async () => {
    const { findings } = await verifyMemory(without(fileOf(whole, '/letters/')));
    expect(findings).toMatchObject([{ kind: 'missing', file: 'quarantine/letters' }]);
  });
});

describe('history that is written anew', () => {
  it('is no other history when nothing is changed', async () => {
    expect((await verifyMemory(rewrite(whole, 1, (commit) => commit))).findings).toEqual([]);
  });

  it.each([1, 2, 3])('names the part and the position of an event that was replaced in commit %i', async (number) => {
    const files = await reseal(number, '{"n":"another"}');
    const [part] = commitOf(whole, number).added.filter(({ segment }) => segment === 'conversation');
    const { findings } = await verifyMemory(files);
    const position = part?.first_position;
    const reason = 'the event is not the one that the log has at this position';
    expect(findings).toEqual([{ kind: 'changed', file: part?.path, position, reason }]);
  });

  it('is not believed when another key signs it', async () => {
    const thief = openSigner(generateSigningKey('test.local/log'));
    const files = rewrite(whole, 3, (commit) => ({
      ...commit,
      checkpoint: signCheckpoint(thief, treeFromFile(commit.tree)),
    }));
    const { findings } = await verifyMemory(files);
    expect(findings).toMatchObject([{ kind: 'changed', file: commitPath(3) }]);
  });

  it('names the commit whose tree is not the one that is signed', async () => {
    const files = rewrite(whole, 2, (commit) => {
      const [first = '', ...rest] = commit.tree.edge;
      return { ...commit, tree: { ...commit.tree, edge: [first.replaceAll(/[0-9]/g, 'a'), ...rest] } };
    });
    const { findings } = await verifyMemory(files);
    expect(findings).toMatchObject([{ kind: 'changed', file: commitPath(2), reason: expect.stringContaining('sign') }]);
  });

  it('names the positions that a commit no longer has a part for', async () => {
    const lost = commitOf(whole, 1).added.find(({ segment }) => segment === 'audio');
    const files = rewrite(whole, 3, (commit) => ({
      ...commit,
      removed: [...commit.removed, { path: lost?.path ?? '' }],
    }));
    const { findings } = await verifyMemory(files);
    expect(findings).toMatchObject([{ kind: 'missing', file: commitPath(3), position: lost?.first_position }]);
  });

  it('names a commit that does not follow the one before it', async () => {
    const { sha256: _, ...commit } = commitOf(whole, 2) as Commit & { sha256: string };
    const files = withBytes(at(commitPath(2)), encodeLogFile({ ...commit, committed_at: '2020-01-01T00:00:00.000Z' }));
    const { findings } = await verifyMemory(files);
    expect(findings.map(({ file }) => file)).toEqual(expect.arrayContaining([commitPath(2)]));
  });
});

describe('a log that is rolled back', () => {
  /** As it was after commit 2, as far as the store goes. */
  const rolledBack = (): FileMap => {
    const { checkpoint, added, index } = commitOf(whole, 3);
    expect(checkpoint).not.toBe('');
    const files = new Map(whole);
    for (const { path: file } of [...added, ...index.added]) files.delete(at(file));
    for (const file of [commitPath(3), 'log/tile/0/001.p/8']) files.delete(at(file));
    return files.set(at('log/checkpoint'), Buffer.from(commitOf(whole, 2).checkpoint));
  };

  it('is found by a checkpoint that was kept', async () => {
    const { findings } = await verifyMemory(rolledBack());
    expect(findings).toEqual([
      {
        kind: 'missing',
        file: 'log/commits',
        position: 263,
        lastPosition: 263,
        reason: expect.stringContaining('cut off'),
      },
    ]);
  });

  it('is found by a checkpoint that the user holds', async () => {
    const given = '/mine/checkpoint';
    const files = rolledBack().set(given, Buffer.from(commitOf(whole, 3).checkpoint));
    const { findings } = await verifyMemory(files, { checkpointFolder: undefined, checkpoint: given });
    expect(findings).toMatchObject([{ kind: 'missing', position: 263, reason: expect.stringContaining(given) }]);
  });

  it('looks whole without one: nobody can see it who has only the store', async () => {
    const { findings, report } = await verifyMemory(rolledBack(), { checkpointFolder: undefined });
    expect(findings).toEqual([]);
    expect(report).toMatchObject({ commit: 2, keptCheckpoints: 0 });
  });

  it('is no longer than before for an older checkpoint, which it still begins with', async () => {
    const given = '/mine/checkpoint';
    const files = new Map(whole).set(given, Buffer.from(commitOf(whole, 1).checkpoint));
    expect((await verifyMemory(files, { checkpoint: given })).findings).toEqual([]);
  });
});
