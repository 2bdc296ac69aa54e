import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogInconsistent } from '../../../../shared/domain/errors.ts';
import { systemClock } from '../../../../shared/ports/clock.ts';
import { commitPath } from '../../../../shared/store/commits/names.ts';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';
import type { Merger } from '../../../../shared/store/merge/merger.ts';
import { createEventReader, type StoreReading } from '../../../../shared/store/read.ts';
import { createLogger } from '../../../../shared/telemetry/log.ts';
import { registry } from '../../../../shared/telemetry/metrics.ts';
import { consultation, eventOf, eventsOf } from '../events.ts';
import { createSealRig, type SealRig, signer } from '../seal/rig.ts';
import { mergerOf, newId } from './rig.ts';

/** A store of so many sealed parts of two events each. */
const sealedRig = async (parts: number): Promise<SealRig> => {
  const rig = createSealRig();
  const sealer = rig.sealer();
  for (let part = 0; part < parts; part++) {
    await rig.store(...eventsOf(2, part * 2));
    await sealer.seal();
  }
  return rig;
};

const mergeToTheEnd = async (merger: Merger) => {
  const reports = [];
  for (let report = await merger.merge(); report.kind !== 'idle'; report = await merger.merge()) reports.push(report);
  return reports;
};

const pathIn = (rig: SealRig, file: string): string => path.join(rig.folder, file);

/** Makes a file of the store look as if it were there for eleven minutes. */
const age = (rig: SealRig, file: string): void => {
  const at = statSync(pathIn(rig, file)).mtimeMs / 1_000 - 660;
  utimesSync(pathIn(rig, file), at, at);
};

const metric = async (name: string): Promise<number> => {
  const found = await registry.getSingleMetric(name)?.get();
  return found?.values[0]?.value ?? Number.NaN;
};

describe('merging', () => {
  it('makes one part and one run of eight, and shows what it did', async () => {
    const rig = await sealedRig(8);
    const [events, { tree }] = [await rig.sealed(), await rig.state()];
    const before = await metric('fi_merge_events_total');
    const reports = await mergeToTheEnd(mergerOf(rig));
    expect(reports).toMatchObject([
      { kind: 'index-merged', runs: 8, ids: 16 },
      { kind: 'merged', parts: 8, events: 16 },
    ]);
    const state = await rig.state();
    expect([...state.parts.values()]).toMatchObject([{ level: 2, count: 16, first_position: 0, last_position: 15 }]);
    expect([state.runs.size, state.removed.size]).toEqual([1, 24]);
    expect(await rig.sealed()).toEqual(events);
    expect(state.tree).toEqual(tree);
    expect((await metric('fi_merge_events_total')) - before).toBe(16);
    expect(await metric('fi_merge_write_amplification')).toBe(2);
    expect(await metric('fi_merge_backlog_parts')).toBe(0);
  });

  it('keeps known ids known', async () => {
    const rig = await sealedRig(8);
    await mergeToTheEnd(mergerOf(rig));
    await rig.store(...eventsOf(16));
    expect(await rig.sealer().seal()).toMatchObject({ events: 0, repeats: 16, conflicts: 0 });
  });

  it('does nothing where nothing was sealed, and commits nothing while nothing is to be done', async () => {
    const rig = createSealRig();
    expect(await mergerOf(rig).merge()).toEqual({ kind: 'idle' });
    await rig.store(eventOf(1));
    await rig.sealer().seal();
    expect(await mergeToTheEnd(mergerOf(rig))).toEqual([]);
    expect((await rig.state()).number).toBe(1);
  });

  it('merges the few parts of a day that is over, once it was quiet for an hour', async () => {
    const rig = await sealedRig(2);
    expect(await mergeToTheEnd(mergerOf(rig))).toEqual([]);
    const clock = { ...systemClock, nowMs: () => Math.max(Date.now(), Date.parse('2026-11-24T01:00:00Z')) + 3_660_000 };
    expect(await mergeToTheEnd(mergerOf(rig, { clock }))).toMatchObject([{ kind: 'merged', parts: 2 }]);
  });

  it('keeps segments apart', async () => {
    const rig = createSealRig();
    const sealer = rig.sealer();
    for (let part = 0; part < 8; part++) {
      await rig.store(eventOf(part * 2), eventOf(part * 2 + 1, { segment: 'audio' }));
      await sealer.seal();
    }
    const events = await rig.sealed();
    await mergeToTheEnd(mergerOf(rig));
    const { parts } = await rig.state();
    expect([...parts.values()].map(({ segment, count }) => [segment, count]).sort()).toEqual([
      ['audio', 8],
      ['conversation', 8],
    ]);
    expect(await rig.sealed()).toEqual(events);
  });
});

describe('a part that is not what its commit says', () => {
  it.each([
    ['altered', (file: string) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from([0])]))],
    ['missing', (file: string) => rmSync(file)],
  ])('because it is %s stays as it is, said once, in no other part’s way', async (_, harm) => {
    const rig = await sealedRig(16);
    const [harmed = ''] = (await rig.state()).parts.keys();
    harm(pathIn(rig, harmed));
    const lines: string[] = [];
    const merger = mergerOf(rig, { logger: createLogger('error', (line) => lines.push(line)) });
    const kinds = (await mergeToTheEnd(merger)).map(({ kind }) => kind);
    expect(kinds).toEqual(['index-merged', 'index-merged', 'nothing-done', 'merged']);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(harmed);
    const state = await rig.state();
    expect([state.parts.has(harmed), state.parts.size, state.removed.has(harmed)]).toEqual([true, 2, false]);
  });
});

describe('before it signs, a merger refuses', () => {
  it('a log that is shorter than what was signed', async () => {
    const rig = await sealedRig(9);
    rmSync(pathIn(rig, commitPath(9)));
    await expect(mergerOf(rig).merge()).rejects.toThrow(LogInconsistent);
    expect((await rig.state()).number).toBe(8);
  });

  it('to make a key', async () => {
    const rig = await sealedRig(8);
    const asked: boolean[] = [];
    const openSigner = async (isNewLog: boolean) => {
      asked.push(isNewLog);
      return signer;
    };
    await mergeToTheEnd(mergerOf(rig, { openSigner }));
    expect(asked).toEqual([false]);
  });
});

describe('files that are no longer needed', () => {
  it('stay for the grace, and go without anything being sealed', async () => {
    const rig = await sealedRig(8);
    const merger = mergerOf(rig);
    await mergeToTheEnd(merger);
    const { removed, number } = await rig.state();
    expect(await mergeToTheEnd(mergerOf(rig))).toEqual([]);
    for (const file of removed.keys()) expect(statSync(pathIn(rig, file)).isFile()).toBe(true);
    for (let commit = 1; commit <= number; commit++) age(rig, commitPath(commit));
    // All but what the newest commit removed, of which nobody knows how long it is there.
    const [report] = await mergeToTheEnd(mergerOf(rig));
    expect(report).toMatchObject({ kind: 'tidied', unlinked: 16, orphans: 0 });
    const left = await rig.state();
    expect(left.removed.size).toBe(8);
    expect(await rig.sealed()).toHaveLength(16);
  });

  it('are tiles too that were not full, once the full one was there for the grace', async () => {
    const rig = createSealRig();
    const sealer = rig.sealer();
    for (const [events, first] of [
      [250, 0],
      [10, 250],
    ] as const) {
      await rig.store(...eventsOf(events, first));
      await sealer.seal();
    }
    const tiles = (): readonly string[] => readdirSync(pathIn(rig, 'log/tile/0')).sort();
    await mergeToTheEnd(mergerOf(rig));
    expect(tiles()).toEqual(['000', '000.p', '001.p']);
    age(rig, 'log/tile/0/000');
    await mergeToTheEnd(mergerOf(rig));
    expect(tiles()).toEqual(['000', '001.p']);
  });

  it('are found by listing when no commit names them, and named before they go', async () => {
    const rig = await sealedRig(1);
    const orphans = [`parts/audio/2026-11-23/${newId()}.h5`, `log/index/${newId()}.run`];
    for (const file of orphans) {
      await nodeStoreFiles.makeFolder(pathIn(rig, path.dirname(path.dirname(file))));
      await nodeStoreFiles.makeFolder(pathIn(rig, path.dirname(file)));
      writeFileSync(pathIn(rig, file), 'half done');
    }
    expect(await mergeToTheEnd(mergerOf(rig))).toEqual([]);
    for (const file of orphans) age(rig, file);
    for (const file of [...(await rig.state()).parts.keys()]) age(rig, file);
    expect(await mergeToTheEnd(mergerOf(rig))).toMatchObject([{ kind: 'tidied', unlinked: 0, orphans: 2 }]);
    const { removed, parts } = await rig.state();
    expect(orphans.map((file) => removed.has(file))).toEqual([true, true]);
    expect(parts.size).toBe(1);
    for (const file of orphans) expect(statSync(pathIn(rig, file)).isFile()).toBe(true);
  });
});

describe('a reader in the middle of a page', () => {
  /** Reads a page, in the middle of which everything is merged. */
  const readWhileMerging = async (afterMerge: (rig: SealRig) => Promise<void>, onRemoved?: string) => {
    const rig = await sealedRig(8);
    const seen: string[] = [];
    let removed: ReadonlyMap<string, number> = new Map();
    const files: StoreReading = {
      ...nodeStoreFiles,
      openRanges: async (file) => {
        seen.push(path.relative(rig.folder, file));
        // The third part of the eight that the reader has in its list.
        if (seen.length === 3) {
          await mergeToTheEnd(mergerOf(rig));
          await afterMerge(rig);
          ({ removed } = await rig.state());
        }
        if (onRemoved && removed.has(path.relative(rig.folder, file))) {
          throw Object.assign(new Error(onRemoved), { code: onRemoved });
        }
        return nodeStoreFiles.openRanges(file);
      },
    };
    const reader = createEventReader({ folder: rig.folder, files });
    const page = await reader.byConsultation({ consultationId: consultation, limit: 100, includeUnsealed: false });
    const live = [...(await rig.state()).parts.keys()];
    return { positions: page.events.map(({ position }) => position), seen, live };
  };
  const all = Array.from({ length: 16 }, (_, position) => position);

  it('goes on with the parts that it has in its list, during the grace', async () => {
    const { positions, seen, live } = await readWhileMerging(async () => {});
    expect(positions).toEqual(all);
    expect(seen.some((file) => live.includes(file))).toBe(false);
  });

  it('starts over from the newest commit when they are gone', async () => {
    const { positions, seen, live } = await readWhileMerging(async (rig) => {
      for (const file of (await rig.state()).removed.keys()) rmSync(pathIn(rig, file));
    });
    expect(positions).toEqual(all);
    expect(seen.some((file) => live.includes(file))).toBe(true);
  });

  it('starts over where a share says ESTALE for that', async () => {
    const { positions, seen, live } = await readWhileMerging(async () => {}, 'ESTALE');
    expect(positions).toEqual(all);
    expect(seen.some((file) => live.includes(file))).toBe(true);
  });
});
