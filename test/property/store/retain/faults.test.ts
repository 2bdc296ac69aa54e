import { beforeAll, expect, it } from 'vitest';
import { createEventReader } from '../../../../shared/store/read.ts';
import { eventOf } from '../../../unit/store/events.ts';
import {
  guarded,
  mergerOf,
  mergeToTheEnd,
  publishedOn,
  sealedDisk,
  sealerOf,
  stateOf,
  store,
  storeGiven,
} from '../merge/rig.ts';
import type { SimulatedFiles } from '../simulated-files.ts';
import { dropDue, findingsOn, retainerOf } from './rig.ts';

let sealed: SimulatedFiles;

beforeAll(async () => {
  // Two parts of a day that is to go, and a part of the same day that is to stay.
  sealed = await sealedDisk(2);
  await storeGiven(sealed, [eventOf(100, { segment: 'clinical' })]);
  await sealerOf(sealed).seal();
  sealed.nowMs += 40 * 86_400_000;
  sealed.restart();
});

const drops = async (disk: SimulatedFiles, files = disk): Promise<void> => {
  await dropDue(retainerOf(disk, files)).catch((error: unknown) => {
    const isOutage = error instanceof Error && 'tag' in error && error.tag === 'StoreUnavailable';
    if (!isOutage) throw error;
  });
};

const positionsOn = async (disk: SimulatedFiles): Promise<readonly (number | undefined)[]> => {
  const { events } = await createEventReader({ folder: store, files: disk }).feed({ limit: 100 });
  return events.map(({ position }) => position);
};

/** The day is there whole or not at all; another process drops it, and in the end nothing is there but what counts. */
const expectRecovery = async (disk: SimulatedFiles): Promise<void> => {
  disk.restart();
  const [first] = await positionsOn(disk);
  expect(await positionsOn(disk)).toEqual(first === 0 ? [0, 1, 2, 3, 4, 5, 6] : [6]);
  expect(await findingsOn(disk)).toEqual([]);
  const violations: string[] = [];
  await drops(disk);
  expect(await positionsOn(disk)).toEqual([6]);
  const merger = mergerOf(disk, guarded(disk, violations));
  // Orphans are found and named an hour later at the latest, and go a grace after that.
  for (let look = 0; look < 3; look++) {
    disk.nowMs += 3_600_000;
    await mergeToTheEnd(merger);
  }
  const { parts, runs, expired, removed } = await stateOf(disk);
  expect([expired.size, removed.size]).toEqual([1, 0]);
  expect(publishedOn(disk)).toEqual([...parts.keys(), ...runs.keys(), ...expired.keys()].sort());
  expect(violations).toEqual([]);
  expect(disk.openFiles).toBe(0);
  expect(await findingsOn(disk)).toEqual([]);
};

it.each(['error-before', 'error-after', 'crash'] as const)(
  'dropping survives %s at each of its calls',
  async (kind) => {
    const whole = sealed.clone();
    await drops(whole);
    expect(whole.calls.length).toBeGreaterThan(30);
    for (let call = 0; call < whole.calls.length; call++) {
      const disk = sealed.clone();
      disk.fault = { call, kind, code: kind === 'crash' ? 'ECRASHED' : call % 2 === 0 ? 'EIO' : 'ESTALE' };
      await drops(disk);
      await expectRecovery(disk).catch((cause: unknown) => {
        throw new Error(`${kind} at call ${call}: ${whole.calls[call]}`, { cause });
      });
    }
  },
);

it.each([false, true])(
  'dropping survives a loss of power at each of its calls, unsynced names kept: %s',
  async (keeps) => {
    const whole = sealed.clone();
    await drops(whole);
    for (let call = 0; call < whole.calls.length; call++) {
      const disk = sealed.clone();
      disk.fault = { call, kind: 'crash', code: 'ECRASHED' };
      await drops(disk);
      disk.losePower(() => keeps);
      await expectRecovery(disk).catch((cause: unknown) => {
        throw new Error(`power lost at call ${call}: ${whole.calls[call]}`, { cause });
      });
    }
  },
);

it('whoever slept through the grace before its commit writes its list again', async () => {
  const disk = sealed.clone();
  const other = mergerOf(disk);
  let slept = false;
  const sleeping = {
    ...guarded(disk, []),
    createExclusive: async (file: string, bytes: Uint8Array) => {
      if (!slept && file.endsWith('.commit')) {
        slept = true;
        // The other one finds the list, names it as removed, and unlinks it.
        for (let look = 0; look < 3; look++) {
          disk.nowMs += 3_600_000;
          await mergeToTheEnd(other);
        }
      }
      await disk.createExclusive(file, bytes);
    },
  };
  await dropDue(retainerOf(disk, sleeping));
  expect(slept).toBe(true);
  await expectRecovery(disk);
});
