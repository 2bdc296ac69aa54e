import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { StoredEvent } from '../../../../shared/domain/event.ts';
import type { CommittedPart } from '../../../../shared/store/commits/format.ts';
import type { SealFiles } from '../../../../shared/store/files.ts';
import type { Merger } from '../../../../shared/store/merge/merger.ts';
import type { MergeWriting } from '../../../../shared/store/merge/write-merged.ts';
import type { Fault, SimulatedFiles } from '../simulated-files.ts';
import {
  eventsOn,
  graceMs,
  guarded,
  mergerOf,
  mergeToTheEnd,
  passing,
  publishedOn,
  sealedDisk,
  sealerOf,
  stateOf,
  store,
  storeEvents,
} from './rig.ts';

type WriteMerged = (writing: MergeWriting, inputs: readonly CommittedPart[]) => Promise<readonly CommittedPart[]>;

/** A bug that is planted into the merge, or none. */
const planted = vi.hoisted(() => ({ bug: undefined as undefined | ((write: WriteMerged) => WriteMerged) }));

vi.mock(import('../../../../shared/store/merge/write-merged.ts'), async (original) => {
  const { writeMerged } = await original();
  return { writeMerged: (writing, inputs) => (planted.bug?.(writeMerged) ?? writeMerged)(writing, inputs) };
});

let sealed: SimulatedFiles;
let before: readonly StoredEvent[];
let edge: unknown;

beforeAll(async () => {
  // Eight parts are merged, and eight runs; the ninth stays.
  sealed = await sealedDisk(9);
  before = await eventsOn(sealed);
  edge = (await stateOf(sealed)).tree;
});

const expectUnchanged = async (disk: SimulatedFiles): Promise<void> => {
  expect(await eventsOn(disk)).toEqual(before);
  expect((await stateOf(disk)).tree).toEqual(edge);
};

/** Another process takes over: it merges to the end, and once the grace is over nothing is there but what counts. */
const expectRecovery = async (disk: SimulatedFiles): Promise<void> => {
  const violations: string[] = [];
  disk.restart();
  await expectUnchanged(disk);
  const merger = mergerOf(disk, guarded(disk, violations));
  await mergeToTheEnd(merger);
  await expectUnchanged(disk);
  const { parts, runs } = await stateOf(disk);
  expect([parts.size, runs.size]).toEqual([1, 2]);
  // Orphans are found and named an hour later at the latest, and go a grace after that.
  for (let look = 0; look < 3; look++) {
    disk.nowMs += 3_600_000;
    await mergeToTheEnd(merger);
  }
  const left = await stateOf(disk);
  expect(publishedOn(disk)).toEqual([...left.parts.keys(), ...left.runs.keys()].sort());
  expect(left.removed.size).toBe(0);
  expect(violations).toEqual([]);
  expect(disk.openFiles).toBe(0);
  await expectUnchanged(disk);
};

const merges = async (disk: SimulatedFiles, merger: Merger = mergerOf(disk)): Promise<void> => {
  await mergeToTheEnd(merger).catch((error: unknown) => {
    const isOutage = error instanceof Error && 'tag' in error && error.tag === 'StoreUnavailable';
    if (!isOutage) throw error;
  });
};

describe('merging', () => {
  it('keeps every event, its position and the tree, in one part instead of many', async () => {
    const disk = sealed.clone();
    expect(await mergeToTheEnd(mergerOf(disk))).toEqual(['index-merged', 'merged']);
    await expectRecovery(disk);
  });

  it.each(['error-before', 'error-after', 'crash'] as const)('survives %s at each of its calls', async (kind) => {
    const whole = sealed.clone();
    await merges(whole);
    const calls = whole.calls.length;
    expect(calls).toBeGreaterThan(50);
    for (let call = 0; call < calls; call++) {
      for (const code of kind === 'crash' ? ['ECRASHED'] : ['EIO', 'ESTALE']) {
        const disk = sealed.clone();
        disk.fault = { call, kind, code } satisfies Fault;
        await merges(disk);
        await expectRecovery(disk).catch((cause: unknown) => {
          throw new Error(`${code} at call ${call}: ${whole.calls[call]}`, { cause });
        });
      }
    }
  });

  it.each([false, true])('survives a loss of power at each of its calls, unsynced names kept: %s', async (keeps) => {
    const whole = sealed.clone();
    await merges(whole);
    for (let call = 0; call < whole.calls.length; call++) {
      const disk = sealed.clone();
      disk.fault = { call, kind: 'crash', code: 'ECRASHED' };
      await merges(disk);
      disk.losePower(() => keeps);
      await expectRecovery(disk).catch((cause: unknown) => {
        throw new Error(`power lost at call ${call}: ${whole.calls[call]}`, { cause });
      });
    }
  });

  it('survives trouble at each call of the removal', async () => {
    const merged = sealed.clone();
    await merges(merged);
    merged.nowMs += graceMs + 60_000;
    merged.restart();
    const whole = merged.clone();
    expect(await mergeToTheEnd(mergerOf(whole))).toContain('tidied');
    for (let call = 0; call < whole.calls.length; call++) {
      for (const kind of ['error-before', 'error-after', 'crash'] as const) {
        const disk = merged.clone();
        disk.fault = { call, kind, code: 'EIO' };
        await merges(disk);
        await expectRecovery(disk);
      }
    }
  });
});

describe('several at once', () => {
  it('two mergers make one merge, and what the other wrote is removed later', async () => {
    const disk = sealed.clone();
    await Promise.all([merges(disk), merges(disk)]);
    expect((await stateOf(disk)).parts.size).toBe(1);
    await expectRecovery(disk);
  });

  it('a merger goes on when sealers commit in between', async () => {
    const disk = sealed.clone();
    for (let part = 9; part < 12; part++) await storeEvents(disk, part * 3);
    const seals = async (): Promise<void> => {
      const sealer = sealerOf(disk);
      while ((await sealer.seal()).kind !== 'idle');
    };
    await Promise.all([merges(disk), seals(), seals()]);
    const events = await eventsOn(disk);
    expect(events.slice(0, before.length)).toEqual(before);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(36);
  });

  /** A disk on which something happens before each commit that this process makes, the first time. */
  const pausing = (disk: SimulatedFiles, before: () => Promise<unknown>): SealFiles => {
    let paused = false;
    return {
      ...guarded(disk, []),
      createExclusive: async (file, bytes) => {
        if (!paused && file.endsWith('.commit')) {
          paused = true;
          await before();
        }
        await disk.createExclusive(file, bytes);
      },
    };
  };

  it('a merger that slept through its grace leaves out what was removed meanwhile', async () => {
    const disk = sealed.clone();
    const other = mergerOf(disk);
    // The other one finds what the sleeper published, names it as removed, and unlinks it.
    const sleeps = async (): Promise<void> => {
      for (let look = 0; look < 3; look++) {
        disk.nowMs += 3_600_000;
        await mergeToTheEnd(other);
      }
    };
    await merges(disk, mergerOf(disk, pausing(disk, sleeps)));
    await expectRecovery(disk);
  });

  it('a sealer that slept through the grace seals again', async () => {
    const disk = sealed.clone();
    await storeEvents(disk, 27);
    const other = mergerOf(disk);
    const sleeps = async (): Promise<void> => {
      for (let look = 0; look < 3; look++) {
        disk.nowMs += 3_600_000;
        await mergeToTheEnd(other);
      }
    };
    const sealer = sealerOf(disk, pausing(disk, sleeps));
    while ((await sealer.seal()).kind !== 'idle');
    const events = await eventsOn(disk);
    expect(events.slice(0, before.length)).toEqual(before);
    expect(events).toHaveLength(30);
  });
});

describe('a planted bug is found', () => {
  /** Names that are given after the commit. */
  const late: [string, string][] = [];

  /** Each with how it is found. */
  const bugs: readonly {
    readonly name: string;
    readonly bug: (write: WriteMerged) => WriteMerged;
    readonly found: RegExp;
  }[] = [
    {
      name: 'the inputs are deleted first',
      bug: (write) => async (writing, inputs) => {
        const outputs = await write(writing, inputs);
        for (const { path: file } of inputs) await writing.files.unlink(path.join(store, file));
        return outputs;
      },
      found: /was unlinked unnamed/,
    },
    {
      name: 'the commit comes before the parts are published',
      bug: (write) => (writing, inputs) => {
        const link: SealFiles['link'] = async (...names) => void late.push(names);
        return write({ ...writing, files: { ...passing(writing.files), link } }, inputs);
      },
      found: /ENOENT: .store.parts/,
    },
    {
      name: 'the base position is wrong',
      bug: (write) => async (writing, inputs) => {
        const outputs = await write(writing, inputs);
        return outputs.map((part) => ({ ...part, base_position: part.base_position + 1 }));
      },
      found: /position 27 is not in/,
    },
    {
      name: 'an input is forgotten',
      bug: (write) => (writing, inputs) => write(writing, inputs.slice(1)),
      found: /24 events of a log of 27/,
    },
    {
      name: 'the output is not synced',
      bug: (write) => (writing, inputs) =>
        write({ ...writing, files: { ...passing(writing.files), syncFolder: async () => {} } }, inputs),
      found: /ENOENT: .store.parts/,
    },
  ];

  it.each(bugs)('$name', async ({ bug, found }) => {
    planted.bug = bug;
    try {
      const whole = sealed.clone();
      await merges(whole);
      const trial = async (): Promise<void> => {
        for (let call = whole.calls.length; call >= 0; call--) {
          const violations: string[] = [];
          const disk = sealed.clone();
          disk.fault = { call, kind: 'crash', code: 'ECRASHED' };
          await merges(disk, mergerOf(disk, guarded(disk, violations)));
          for (const names of late.splice(0)) await disk.link(...names).catch(() => {});
          disk.losePower();
          if (violations[0] !== undefined) throw new Error(violations[0]);
          await expectRecovery(disk);
        }
      };
      await expect(trial()).rejects.toThrow(found);
    } finally {
      planted.bug = undefined;
    }
  });
});
