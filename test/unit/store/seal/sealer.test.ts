import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { LogDamaged, LogInconsistent, UntrustedNote } from '../../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../../shared/domain/ids.ts';
import { commitPath } from '../../../../shared/store/commits/names.ts';
import { nodeStoreFiles, type SealFiles } from '../../../../shared/store/files.ts';
import { readCheckpoint, verifyCheckpoint } from '../../../../shared/store/log/checkpoint.ts';
import { generateSigningKey, openSigner } from '../../../../shared/store/log/note/signer.ts';
import { inclusionProof } from '../../../../shared/store/log/proofs.ts';
import { createTileSource } from '../../../../shared/store/log/tiles/source.ts';
import { verifyInclusion } from '../../../../shared/store/log/verify-proofs.ts';
import { merkleRoot } from '../../../../shared/store/merkle.ts';
import { createLogger } from '../../../../shared/telemetry/log.ts';
import { consultation, eventOf, eventsOf } from '../events.ts';
import { temporaryFolder } from '../folders.ts';
import { createSealRig, signer } from './rig.ts';

const idsOf = (events: readonly AcceptedEvent[]): readonly number[] =>
  events.map(({ eventId }) => Number.parseInt(eventId.slice(-12), 16));

const rootOf = (events: readonly AcceptedEvent[]): Uint8Array =>
  merkleRoot(Buffer.concat(events.map(({ leaf }) => leaf)));

/** Moves the modification times of commits and of the share's clock apart, as if the commits were old. */
const age = (folder: string, number: number, ms: number): void => {
  const file = path.join(folder, commitPath(number));
  const at = (statSync(file).mtimeMs - ms) / 1_000;
  utimesSync(file, at, at);
};

describe('sealing', () => {
  it('gives events positions by consultation and arrival, and proves each of them', async () => {
    const rig = createSealRig();
    const other = 'a-consultation' as ConsultationId;
    await rig.store(
      eventOf(3, { receivedAt: '2026-11-23T10:11:12.400Z' }),
      eventOf(1, { requestIndex: 1 }),
      eventOf(4, { consultationId: other, segment: 'audio' }),
    );
    await rig.store(eventOf(2, { requestIndex: 0 }));
    expect(await rig.sealer().seal()).toEqual({ kind: 'sealed', events: 4, repeats: 0, conflicts: 0, parts: 2 });
    const events = await rig.sealed();
    expect(idsOf(events)).toEqual([4, 2, 1, 3]);
    const { tree, checkpoint } = await rig.state();
    const { root, size } = verifyCheckpoint(checkpoint, [signer.verifierKey]);
    expect([size, root]).toEqual([4, rootOf(events)]);
    const tiles = createTileSource(nodeStoreFiles, rig.folder);
    for (const [position, { leaf }] of events.entries()) {
      const proof = await inclusionProof(tiles, tree.size, position);
      expect(verifyInclusion({ size, root, position, leaf, proof })).toBe(true);
    }
  });

  it('puts each segment and day into a part of its own', async () => {
    const rig = createSealRig();
    await rig.store(
      eventOf(1, { segment: 'audio', receivedAt: '2026-11-23T23:59:59.999Z' }),
      eventOf(2, { segment: 'audio', receivedAt: '2026-11-24T00:00:00.000Z' }),
      eventOf(3, { segment: 'clinical', receivedAt: '2026-11-24T00:00:00.000Z' }),
    );
    await rig.sealer().seal();
    const { parts } = await rig.state();
    const folders = [...parts.keys()].map((file) => path.dirname(file)).sort();
    expect(folders).toEqual(['parts/audio/2026-11-23', 'parts/audio/2026-11-24', 'parts/clinical/2026-11-24']);
    expect([...parts.values()].map(({ first_position, last_position }) => [first_position, last_position])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it('goes on where the log ends', async () => {
    const rig = createSealRig();
    const sealer = rig.sealer();
    for (const from of [0, 300, 600]) {
      await rig.store(...eventsOf(300, from));
      expect(await sealer.seal()).toMatchObject({ kind: 'sealed', events: 300 });
    }
    const events = await rig.sealed();
    expect(idsOf(events)).toEqual(Array.from({ length: 900 }, (_, number) => number));
    const state = await rig.state();
    expect([state.number, readCheckpoint(state.checkpoint).root]).toEqual([3, rootOf(events)]);
  });

  it('commits nothing when nothing is new, and waits until there is enough or it is old enough', async () => {
    const rig = createSealRig();
    let nowMs = Date.now();
    const clock = {
      nowMs: () => nowMs,
      monotonicMs: () => 0,
      sleep: async () => {},
      after: () => ({ cancel: () => {} }),
    };
    const sealer = rig.sealer({ clock, pace: { waitingParts: 3, waitingMs: 10_000 } });
    expect(await sealer.seal()).toEqual({ kind: 'idle', waiting: 0 });
    await rig.store(eventOf(1));
    expect(await sealer.seal()).toEqual({ kind: 'idle', waiting: 1 });
    nowMs += 10_001;
    expect(await sealer.seal()).toMatchObject({ kind: 'sealed', events: 1 });
    for (const number of [2, 3]) await rig.store(eventOf(number));
    nowMs = Date.now() - 60_000;
    expect(await sealer.seal()).toEqual({ kind: 'idle', waiting: 2 });
    await rig.store(eventOf(4));
    expect(await sealer.seal()).toMatchObject({ kind: 'sealed', events: 3 });
    expect(await sealer.seal()).toEqual({ kind: 'idle', waiting: 0 });
    expect((await rig.state()).number).toBe(2);
  });

  it('takes no more than a batch at a time', async () => {
    const rig = createSealRig();
    for (const from of [0, 10, 20]) await rig.store(...eventsOf(10, from));
    const sealer = rig.sealer({ batch: { events: 15, bytes: 1_000_000 } });
    expect(await sealer.seal()).toMatchObject({ events: 20, parts: 2 });
    expect(await sealer.seal()).toMatchObject({ events: 10, parts: 1 });
  });
});

describe('an id that comes again', () => {
  it('is stored once, in one batch and across batches, in another segment too', async () => {
    const rig = createSealRig();
    const sealer = rig.sealer();
    await rig.store(eventOf(1), eventOf(2));
    await rig.store(eventOf(1, { receivedAt: '2026-11-23T10:11:13.000Z' }));
    expect(await sealer.seal()).toMatchObject({ events: 2, repeats: 1, conflicts: 0 });
    await rig.store(eventOf(2, { segment: 'audio', receivedAt: '2027-11-23T10:11:13.000Z' }));
    expect(await sealer.seal()).toMatchObject({ events: 0, repeats: 1, conflicts: 0 });
    const events = await rig.sealed();
    expect(events.map(({ receivedAt }) => receivedAt)).toEqual([eventOf(1).receivedAt, eventOf(2).receivedAt]);
    expect((await rig.state()).removed.size).toBe(3);
  });

  it('with other content is a conflict; the first that was received stays', async () => {
    const rig = createSealRig();
    const sealer = rig.sealer();
    const later = { payload: '{"n":1.0}', receivedAt: '2026-11-23T10:11:13.000Z' };
    await rig.store(eventOf(1, later), eventOf(2));
    await rig.store(eventOf(1));
    expect(await sealer.seal()).toMatchObject({ events: 2, repeats: 0, conflicts: 1 });
    await rig.store(eventOf(2, { userId: 'somebody else' }));
    expect(await sealer.seal()).toMatchObject({ events: 0, repeats: 0, conflicts: 1 });
    expect((await rig.sealed()).map(({ payload }) => payload)).toEqual(['{"n":1}', '{"n":2}']);
    expect(rig.conflicts.map(({ event }) => event)).toEqual([
      eventOf(1, later),
      eventOf(2, { userId: 'somebody else' }),
    ]);
  });

  it('that repeats what is sealed does not lose to an earlier one with other content', async () => {
    const rig = createSealRig();
    const sealer = rig.sealer();
    await rig.store(eventOf(1));
    await sealer.seal();
    await rig.store(eventOf(1, { payload: '{}', receivedAt: '2025-01-01T00:00:00.000Z' }), eventOf(3));
    await rig.store(eventOf(1));
    expect(await sealer.seal()).toMatchObject({ events: 1, repeats: 1, conflicts: 1 });
    expect(rig.conflicts.map(({ event }) => event.payload)).toEqual(['{}']);
  });

  it('is sealed only once its conflict is safe in quarantine', async () => {
    const rig = createSealRig();
    await rig.store(eventOf(1), eventOf(1, { payload: '{}', requestIndex: 1 }));
    const quarantine = () => Promise.reject(new Error('the disk is full'));
    await expect(rig.sealer({ quarantine }).seal()).rejects.toThrow('the disk is full');
    expect((await rig.state()).number).toBe(0);
    expect(await rig.sealer().seal()).toMatchObject({ events: 1, conflicts: 1 });
  });
});

describe('several sealers', () => {
  it('at once seal every event once', async () => {
    const rig = createSealRig();
    for (let part = 0; part < 12; part++) await rig.store(...eventsOf(5, part * 5));
    const work = async () => {
      const sealer = rig.sealer({ batch: { events: 10, bytes: 1_000_000 } });
      while ((await sealer.seal()).kind !== 'idle');
    };
    await Promise.all([work(), work(), work()]);
    const events = await rig.sealed();
    expect(idsOf(events).toSorted((left, right) => left - right)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(readCheckpoint((await rig.state()).checkpoint).root).toEqual(rootOf(events));
  });

  it('reuse what they wrote when the winner sealed other events, and only take other positions', async () => {
    const rig = createSealRig();
    const mine = await rig.store(eventOf(1));
    const theirs = await rig.store(eventOf(2));
    // Each sees one of the parts only, as a stale listing may show it; the second commits while the first writes.
    const seeing = (part: string, before: () => Promise<unknown>): SealFiles => ({
      ...nodeStoreFiles,
      list: async (folder) =>
        (await nodeStoreFiles.list(folder)).filter((name) => !name.endsWith('.h5') || part.endsWith(name)),
      createExclusiveFrom: async (file, pieces) => {
        await before();
        await nodeStoreFiles.createExclusiveFrom(file, pieces);
      },
    });
    const second = rig.sealer({ files: seeing(theirs, async () => {}) });
    let raced = false;
    const first = rig.sealer({
      files: seeing(mine, async () => {
        if (!raced) expect(await second.seal()).toMatchObject({ kind: 'sealed' });
        raced = true;
      }),
    });
    expect(await first.seal()).toMatchObject({ kind: 'sealed', events: 1 });
    expect(idsOf(await rig.sealed())).toEqual([2, 1]);
    const { parts } = await rig.state();
    expect([...parts.values()].map(({ base_position }) => base_position)).toEqual([0, 1]);
  });

  it('name what was written for nothing as removed', async () => {
    const rig = createSealRig();
    await rig.store(eventOf(1));
    const winner = rig.sealer();
    let raced = false;
    const loser = rig.sealer({
      files: {
        ...nodeStoreFiles,
        createExclusiveFrom: async (file, pieces) => {
          if (!raced) await winner.seal();
          raced = true;
          await nodeStoreFiles.createExclusiveFrom(file, pieces);
        },
      },
    });
    expect(await loser.seal()).toEqual({ kind: 'outrun' });
    await rig.store(eventOf(2));
    expect(await loser.seal()).toMatchObject({ kind: 'sealed', events: 1 });
    const { removed } = await rig.state();
    const orphans = [...removed.keys()].filter((file) => !file.startsWith('level0'));
    expect(orphans.map((file) => path.extname(file)).sort()).toEqual(['.h5', '.run']);
    for (const file of orphans) expect(existsSync(path.join(rig.folder, file))).toBe(true);
  });
});

describe('what a sealer leaves half done', () => {
  it('are tiles that the next look completes, from the parts', async () => {
    const rig = createSealRig();
    await rig.store(...eventsOf(300));
    const link = (from: string, to: string) =>
      to.includes('/tile/')
        ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
        : nodeStoreFiles.link(from, to);
    const files = { ...nodeStoreFiles, link };
    expect(await rig.sealer({ files }).seal()).toMatchObject({ kind: 'sealed', events: 300 });
    const tiles = createTileSource(nodeStoreFiles, rig.folder);
    await expect(inclusionProof(tiles, 300, 7)).rejects.toMatchObject({ tag: 'StoreUnavailable' });
    expect(await rig.sealer().seal()).toMatchObject({ kind: 'idle' });
    const [events, proof] = [await rig.sealed(), await inclusionProof(tiles, 300, 7)];
    const leaf = events[7]?.leaf ?? new Uint8Array();
    expect(verifyInclusion({ size: 300, root: rootOf(events), position: 7, leaf, proof })).toBe(true);
  });

  it('is no commit: what was written is not there for readers, and sealed by the next', async () => {
    const rig = createSealRig();
    await rig.store(eventOf(1));
    const link = (from: string, to: string) =>
      to.includes('/commits/')
        ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
        : nodeStoreFiles.link(from, to);
    const failing = rig.sealer({ files: { ...nodeStoreFiles, link } });
    await expect(failing.seal()).rejects.toMatchObject({ tag: 'StoreUnavailable' });
    expect((await rig.state()).number).toBe(0);
    expect(await rig.sealer().seal()).toMatchObject({ kind: 'sealed', events: 1 });
    expect(idsOf(await rig.sealed())).toEqual([1]);
  });
});

describe('a level-0 part that is damaged', () => {
  it('is named, left where it is, and in nobody else’s way', async () => {
    const rig = createSealRig();
    const damaged = await rig.store(eventOf(1));
    await rig.store(eventOf(2));
    const whole = readFileSync(path.join(rig.folder, damaged));
    writeFileSync(path.join(rig.folder, damaged), whole.subarray(0, 900));
    const lines: string[] = [];
    let nowMs = Date.now();
    const clock = {
      nowMs: () => nowMs,
      monotonicMs: () => 0,
      sleep: async () => {},
      after: () => ({ cancel: () => {} }),
    };
    const sealer = rig.sealer({ logger: createLogger('error', (line) => lines.push(line)), clock });
    expect(await sealer.seal()).toMatchObject({ kind: 'sealed', events: 1, parts: 1 });
    for (let look = 0; look < 3; look++) expect(await sealer.seal()).toEqual({ kind: 'idle', waiting: 1 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(damaged);
    writeFileSync(path.join(rig.folder, damaged), whole);
    nowMs += 61_000;
    expect(await sealer.seal()).toMatchObject({ kind: 'sealed', events: 1 });
  });

  it('is one whose event is not the one that was hashed', async () => {
    const rig = createSealRig();
    await rig.store({ ...eventOf(1), payload: '{"altered":true}' });
    expect(await rig.sealer().seal()).toEqual({ kind: 'idle', waiting: 1 });
    expect((await rig.state()).number).toBe(0);
  });
});

describe('files that were named as removed', () => {
  it('stay for the grace, and are then unlinked and named so', async () => {
    const rig = createSealRig();
    const first = await rig.store(eventOf(1));
    const sealer = rig.sealer();
    await sealer.seal();
    const second = await rig.store(eventOf(2));
    await sealer.seal();
    expect([first, second].map((part) => existsSync(path.join(rig.folder, part)))).toEqual([true, true]);
    // As if the second commit were eleven minutes old: what the first removed was seen by then.
    age(rig.folder, 2, 660_000);
    await rig.store(eventOf(3));
    expect(await rig.sealer().seal()).toMatchObject({ kind: 'sealed' });
    expect([first, second].map((part) => existsSync(path.join(rig.folder, part)))).toEqual([false, true]);
    const { removed } = await rig.state();
    expect([...removed.values()]).toEqual([2, 3]);
  });

  it('do not go by the age of the commit’s own file, whose author may have slept before it got its name', async () => {
    const rig = createSealRig();
    const part = await rig.store(eventOf(1));
    await rig.sealer().seal();
    age(rig.folder, 1, 660_000);
    await rig.store(eventOf(2));
    await rig.sealer().seal();
    expect(existsSync(path.join(rig.folder, part))).toBe(true);
  });
});

describe('before it signs, a sealer refuses', () => {
  const sealTwice = async (checkpointFolder?: string) => {
    const rig = createSealRig();
    for (const number of [1, 2]) {
      await rig.store(eventOf(number));
      await rig.sealer({ checkpointFolder }).seal();
    }
    return rig;
  };

  it.each([
    ['the hint in the store', false],
    ['a checkpoint that was kept elsewhere', true],
  ])('a log that is shorter than %s', async (_, elsewhere) => {
    const folder = temporaryFolder();
    const rig = await sealTwice(elsewhere ? folder : undefined);
    rmSync(path.join(rig.folder, commitPath(2)));
    if (elsewhere) rmSync(path.join(rig.folder, 'log/checkpoint'));
    await rig.store(eventOf(3));
    const sealing = rig.sealer({ checkpointFolder: elsewhere ? folder : undefined }).seal();
    await expect(sealing).rejects.toThrow(LogInconsistent);
    expect((await rig.state()).number).toBe(1);
  });

  it('another log than the one that was signed', async () => {
    const rig = await sealTwice();
    const other = createSealRig();
    await other.store(eventOf(9));
    await other.sealer().seal();
    writeFileSync(path.join(rig.folder, 'log/checkpoint'), readFileSync(path.join(other.folder, 'log/checkpoint')));
    await rig.store(eventOf(3));
    await expect(rig.sealer().seal()).rejects.toThrow(LogInconsistent);
  });

  it('a log that another key signed', async () => {
    const rig = await sealTwice();
    const stranger = openSigner(generateSigningKey('test.local/log'));
    await rig.store(eventOf(3));
    await expect(rig.sealer({ openSigner: async () => stranger }).seal()).rejects.toThrow(UntrustedNote);
  });

  it('a log that is altered', async () => {
    const rig = await sealTwice();
    const file = path.join(rig.folder, commitPath(2));
    writeFileSync(file, readFileSync(file, 'utf8').replace('"repeats":0', '"repeats":1'));
    await rig.store(eventOf(3));
    await expect(rig.sealer().seal()).rejects.toThrow(LogDamaged);
  });

  it('no older checkpoint that the log goes on from', async () => {
    const folder = temporaryFolder();
    const rig = await sealTwice(folder);
    await rig.store(...eventsOf(300, 10));
    // Seals without keeping its checkpoint: the kept one is then older than the log.
    await rig.sealer().seal();
    await rig.store(eventOf(3));
    expect(await rig.sealer({ checkpointFolder: folder }).seal()).toMatchObject({ kind: 'sealed' });
  });

  it('to make a key where a log was signed', async () => {
    const rig = await sealTwice();
    await rig.store(eventOf(3));
    const open = vi.fn(async (_isNewLog: boolean) => signer);
    await rig.sealer({ openSigner: open }).seal();
    expect(open.mock.calls).toEqual([[false]]);
    const fresh = createSealRig();
    await fresh.store(eventOf(1));
    await fresh.sealer({ openSigner: open }).seal();
    expect(open.mock.calls[1]).toEqual([true]);
  });
});

it('passes over what is no part', async () => {
  const rig = createSealRig();
  await rig.store(eventOf(1));
  await mkdir(path.join(rig.folder, 'level0/0'), { recursive: true });
  writeFileSync(path.join(rig.folder, 'level0/0/.nfs0001'), 'x');
  expect(await rig.sealer().seal()).toMatchObject({ events: 1 });
  expect(await rig.sealed()).toMatchObject([{ consultationId: consultation }]);
});
