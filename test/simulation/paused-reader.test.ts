import { expect, it } from 'vitest';
import { reads, readWithPause } from './rig/paused-reader.ts';

it.each(reads)(
  '%s has what was stored before, whichever call its reader stands still at while that is sealed and unlinked',
  async (_, read) => {
    const calls = await readWithPause(0, read);
    expect(calls).toBeGreaterThan(16);
    for (let pausedAt = 1; pausedAt <= calls; pausedAt++) await readWithPause(pausedAt, read);
  },
);
