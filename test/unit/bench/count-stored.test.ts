import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventIdOf, newIdPrefix } from '../../../bench/load/plan.ts';
import type { LoadRun } from '../../../bench/load/run-loads.ts';
import { countStored } from '../../../bench/parts/count-stored.ts';
import type { EventId } from '../../../shared/domain/ids.ts';
import { createPartWriter } from '../../../shared/store/level0.ts';
import { event } from '../persist/rig.ts';
import { loadRun } from './fixtures/load-run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-count-stored-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const runOf = (...accepted: readonly number[]): LoadRun => loadRun(newIdPrefix(), ...accepted);

const store = async ({ idPrefix }: LoadRun, ...numbers: readonly number[]): Promise<void> => {
  const events = numbers.map((number) => event(number, { eventId: eventIdOf(idPrefix, number) as EventId }));
  await createPartWriter({ folder }).write(events, 'none');
};

describe('the count of what was stored', () => {
  it('finds every accepted event that is in no part, of each run', async () => {
    const [first, second] = [runOf(1, 1, 0, 1), runOf(1, 1)];
    await store(first, 0, 3);
    await store(second, 1);
    expect(countStored(folder, [first, second])).toEqual({ parts: 2, rows: 3, repeatedRows: 0, missing: 2 });
  });

  it('takes what was stored without a 202 for no loss, and counts what is there twice', async () => {
    const run = runOf(1, 0, 1);
    await store(run, 0, 1, 2);
    await store(run, 2);
    expect(countStored(folder, [run])).toEqual({ parts: 2, rows: 4, repeatedRows: 1, missing: 0 });
  });

  it('counts events of others among the rows alone', async () => {
    const [run, other] = [runOf(1), runOf(1)];
    await store(run, 0);
    await store(other, 0);
    expect(countStored(folder, [run])).toEqual({ parts: 2, rows: 2, repeatedRows: 0, missing: 0 });
  });

  it('finds all missing where nothing was ever stored', () => {
    expect(countStored(folder, [runOf(1, 1, 0)])).toEqual({ parts: 0, rows: 0, repeatedRows: 0, missing: 2 });
  });
});
