import { rmSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ExpiredDay, fileSha256 } from '../../../../shared/store/commits/format.ts';
import { commitPath } from '../../../../shared/store/commits/names.ts';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';
import { generateSigningKey, openSigner } from '../../../../shared/store/log/note/signer.ts';
import { PositionSet } from '../../../../shared/store/retain/position-set.ts';
import { encodePositions } from '../../../../shared/store/retain/positions-file.ts';
import { signExpired } from '../../../../shared/store/retain/statement.ts';
import { eventOf } from '../events.ts';
import { dropDue, eventOn, firstDay, retainerOf, secondDay } from '../retain/rig.ts';
import { createSealRig, signer } from '../seal/rig.ts';
import { type FileMap, loadFolder, storeFolder } from './memory-files.ts';
import { commitOf, rewrite } from './rewrite.ts';
import { fileOf, named, snapshotAt, verifyMemory, verifyRig } from './rig.ts';

/** The commit that drops the first day of conversation. */
const dropping = 3;
const keptDay = '2020-03-03';

/**
 * A store of which a day expired whose events stand between others in a full tile and in one that is not, another day that
 * expired at the end of the log, and one that is there. The files that the days lay in are gone.
 */
const retainedStore = async (): Promise<{ readonly before: FileMap; readonly after: FileMap }> => {
  const rig = createSealRig();
  const { folder } = rig;
  const sealer = rig.sealer();
  const mixed = Array.from({ length: 260 }, (_, number) =>
    eventOn(firstDay, number, { segment: number % 2 === 0 ? 'conversation' : 'clinical' }),
  );
  await rig.store(...mixed);
  await sealer.seal();
  await rig.store(eventOn(keptDay, 300, { segment: 'clinical' }), eventOn(secondDay, 301), eventOn(secondDay, 302));
  await sealer.seal();
  const before = loadFolder(folder, storeFolder);
  await dropDue(retainerOf(rig));
  await snapshotAt(rig);
  const after = loadFolder(folder, storeFolder);
  for (const removed of (await rig.state()).removed.keys()) after.delete(path.join(storeFolder, removed));
  return { before, after };
};

let [before, whole]: FileMap[] = [new Map(), new Map()];
beforeEach(async () => {
  // Made in the first test and shared by all: no test changes it.
  if (whole?.size === 0) ({ before, after: whole } = await retainedStore());
});

const files = (): FileMap => whole ?? new Map();
const withBytes = (file: string, bytes: Uint8Array): FileMap => new Map(files()).set(file, bytes);
const without = (file: string): FileMap => {
  const rest = new Map(files());
  rest.delete(file);
  return rest;
};
const at = (file: string): string => path.join(storeFolder, file);
const findingsOf = async (map: FileMap) => (await verifyMemory(map)).findings;

const flipped = (file: string, place: number): FileMap => {
  const bytes = Uint8Array.from(files().get(file) ?? []);
  bytes[place] = (bytes[place] ?? 0) ^ (1 << (place % 8));
  return withBytes(file, bytes);
};

const expiredOf = (): ExpiredDay => {
  const [day] = commitOf(files(), dropping).expired ?? [];
  if (day === undefined) throw new Error('nothing expired');
  return day;
};

/** Has the commit say something else of the day that it drops. */
const saying = (change: (day: ExpiredDay) => ExpiredDay, map = files()): FileMap =>
  rewrite(map, dropping, (commit) => ({ ...commit, expired: (commit.expired ?? []).map(change) }));

describe('a store of which days expired', () => {
  it('is clean, and what is gone is counted', async () => {
    const { findings, notes, report } = await verifyMemory(files());
    expect([findings, notes]).toEqual([[], []]);
    expect(report).toMatchObject({
      events: 263,
      expired: [
        { segment: 'conversation', day: firstDay, events: 130 },
        { segment: 'conversation', day: secondDay, events: 2 },
      ],
    });
  });

  it('has each flipped byte of what retention wrote named', { timeout: 60_000 }, async () => {
    const lists = [...files().keys()].filter((file) => file.includes('/log/expired/'));
    expect(lists).toHaveLength(2);
    const unseen: string[] = [];
    for (const file of [...lists, at(commitPath(dropping))]) {
      for (let place = 0; place < (files().get(file)?.length ?? 0); place += 7) {
        const findings = await findingsOf(flipped(file, place));
        if (!findings.some((finding) => finding.file === named(file))) unseen.push(`byte ${place} of ${named(file)}`);
      }
    }
    expect(unseen).toEqual([]);
  });

  it('has each flipped hash of a tile named, also where nothing else has it', { timeout: 60_000 }, async () => {
    const unseen: string[] = [];
    for (const file of [...files().keys()].filter((each) => each.includes('/log/tile/0/'))) {
      for (let place = 0; place < (files().get(file)?.length ?? 0); place += 31) {
        const findings = await findingsOf(flipped(file, place));
        if (!findings.some((finding) => finding.file === named(file))) unseen.push(`byte ${place} of ${named(file)}`);
      }
    }
    expect(unseen).toEqual([]);
  });

  it('has a list that is gone named, once, and not every position that it has', async () => {
    const list = fileOf(files(), `/log/expired/conversation/${firstDay}/`);
    expect(await findingsOf(without(list))).toEqual([
      { kind: 'missing', file: named(list), position: 0, lastPosition: 258, reason: expect.any(String) },
    ]);
  });

  it('has a tile that is gone named, though the log could go without it until its next seal', async () => {
    for (const file of [fileOf(files(), '/log/tile/0/000'), fileOf(files(), '/log/tile/0/001.p/7')]) {
      expect((await findingsOf(without(file))).map((finding) => finding.file)).toContain(named(file));
    }
  });

  it('has a copy of a list named, under a name of no list; under one of a list it is a note', async () => {
    const list = fileOf(files(), '/log/expired/');
    const bytes = files().get(list) ?? new Uint8Array();
    const copy = `${list}.old`;
    expect(await findingsOf(withBytes(copy, bytes))).toMatchObject([{ kind: 'added', file: named(copy) }]);
    const orphan = path.join(path.dirname(list), '0196e0a0-0000-7000-8000-00000000000a.positions');
    const { findings, notes } = await verifyMemory(withBytes(orphan, bytes));
    expect([findings, notes]).toMatchObject([[], [{ file: named(orphan) }]]);
  });
});

describe('a day that vanished', () => {
  it('without a commit is missing', async () => {
    const part = [...(before?.keys() ?? [])].find((file) => file.includes(`/parts/clinical/${keptDay}`)) ?? '';
    expect(await findingsOf(without(part))).toMatchObject([{ kind: 'missing', file: named(part) }]);
  });

  it('with a commit that nobody signed is missing, and the commit is not believed', async () => {
    const thief = openSigner(generateSigningKey('test.local/log'));
    const forged = saying((day) => ({ ...day, signature: signExpired(thief, day) }));
    const { path: file } = expiredOf();
    expect(await findingsOf(forged)).toMatchObject([
      { kind: 'changed', file, reason: expect.stringContaining("can't be relied on") },
    ]);
  });

  it.each([
    ['another day', (day: ExpiredDay) => ({ ...day, day: keptDay })],
    ['another segment', (day: ExpiredDay) => ({ ...day, segment: 'clinical' })],
    ['another time', (day: ExpiredDay) => ({ ...day, expired_at: '2026-01-01T00:00:00.000Z' })],
    ['another retention', (day: ExpiredDay) => ({ ...day, retention_days: 30 })],
    ['no signature', (day: ExpiredDay) => ({ ...day, signature: '' })],
  ])('with a signature for %s is not believed', async (_, change) => {
    expect(await findingsOf(saying(change))).toMatchObject([{ kind: 'changed', file: expiredOf().path }]);
  });

  it('with more positions than were signed is not believed', async () => {
    const positions = new PositionSet();
    for (let position = 0; position <= 258; position++) positions.add(position);
    const bytes = encodePositions(positions);
    const { path: file } = expiredOf();
    const lied = saying(
      (day) => ({ ...day, bytes: bytes.length, sha256: fileSha256(bytes), count: positions.size }),
      withBytes(at(file), bytes),
    );
    expect(await findingsOf(lied)).toMatchObject([{ kind: 'changed', file }]);
  });

  it('before its time is named, though the log’s own key signed it', async () => {
    const early = saying(({ signature: _, ...day }) => {
      const soon = { ...day, expired_at: '2021-03-01T23:59:59.999Z' };
      return { ...soon, signature: signExpired(signer, soon) };
    });
    expect(await findingsOf(early)).toMatchObject([
      { kind: 'changed', file: expiredOf().path, reason: expect.stringContaining('before the 365 days') },
    ]);
  });
});

describe('a day that came back', () => {
  it('has its events named where a part of it counts again', async () => {
    const part = commitOf(files(), 1).added.find(({ segment }) => segment === 'conversation');
    if (part === undefined) throw new Error('no part');
    const copy = { ...part, path: part.path.replace(/[0-9a-f]{12}\.h5$/, '0000000000aa.h5') };
    const restored = new Map(files()).set(at(copy.path), before?.get(at(part.path)) ?? new Uint8Array());
    const findings = await findingsOf(
      rewrite(restored, dropping + 1, (commit) => ({ ...commit, added: [{ ...copy, level: 2 }] })),
    );
    expect(findings.filter(({ kind }) => kind === 'added')).toHaveLength(130);
  });

  it('is only a note where a backup brought its file back', async () => {
    const part = [...(before?.keys() ?? [])].find((file) => file.includes(`/parts/conversation/${firstDay}`)) ?? '';
    const { findings } = await verifyMemory(withBytes(part, before?.get(part) ?? new Uint8Array()));
    expect(findings).toEqual([]);
  });
});

describe('a day that is dropped while it is verified', () => {
  it('is no damage, though its parts go before they were read', async () => {
    const rig = createSealRig();
    await rig.store(eventOn(firstDay, 1), eventOn(firstDay, 2, { segment: 'clinical' }), eventOn(secondDay, 3));
    await rig.sealer().seal();
    let opened = 0;
    const { findings, report } = await verifyRig(rig, {
      files: {
        ...nodeStoreFiles,
        openRanges: async (file) => {
          if (file.includes('/parts/') && ++opened === 2) {
            await dropDue(retainerOf(rig));
            for (const removed of (await rig.state()).removed.keys()) rmSync(path.join(rig.folder, removed));
          }
          return nodeStoreFiles.openRanges(file);
        },
      },
    });
    expect(findings).toEqual([]);
    expect(opened).toBeGreaterThan(2);
    // It was asked of the log as it was when the verification began.
    expect([report.commit, report.expired]).toEqual([1, []]);
  });
});

describe('the ids of what expired', () => {
  it('are missed in an index that lost one, and named in one that has another', async () => {
    const rig = createSealRig();
    await rig.store(eventOn(firstDay, 1), eventOn(firstDay, 2));
    await rig.sealer().seal();
    await rig.store(eventOf(3));
    await rig.sealer().seal();
    await dropDue(retainerOf(rig));
    const store = loadFolder(rig.folder, storeFolder);
    expect(await findingsOf(store)).toEqual([]);
    // The run of the second commit in the place of the first's: it knows one id, of another position.
    const [first, second] = [commitOf(store, 1), commitOf(store, 2)];
    const [run, other] = [first.index.added[0], second.index.added[0]];
    if (run === undefined || other === undefined) throw new Error('no run');
    const lost = rewrite(store, 1, (commit) => ({
      ...commit,
      index: { ...commit.index, added: [{ ...other, path: run.path, base_position: 0 }] },
    }));
    lost.set(at(run.path), store.get(at(other.path)) ?? new Uint8Array());
    const findings = await findingsOf(lost);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.every(({ file }) => file.startsWith('log/index'))).toBe(true);
  });
});
