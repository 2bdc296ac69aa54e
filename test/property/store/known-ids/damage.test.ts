import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { RunDamaged } from '../../../../shared/domain/errors.ts';
import { checkRun } from '../../../../shared/store/known-ids/check.ts';
import { lookup } from '../../../../shared/store/known-ids/lookup.ts';
import { mergeRuns } from '../../../../shared/store/known-ids/merge.ts';
import type { KnownId, RunRef } from '../../../../shared/store/known-ids/run.ts';
import { keyOf, numbersFrom, runIds, writeNumbers } from '../../../unit/store/known-ids/ids.ts';
import { SimulatedFiles } from '../simulated-files.ts';

const store = '/store';

interface Stored {
  readonly run: RunRef;
  readonly bytes: Buffer;
}

const newRunId = runIds();

const written = async (first: number, count: number): Promise<Stored> => {
  const files = new SimulatedFiles(store);
  const { sha256, ...run } = await writeNumbers(files, store, first, count, newRunId);
  const bytes = files.filesBelow(store).get(`${store}/${run.path}`);
  // Without the hash, so that what the file itself says must do.
  return { run, bytes: Buffer.from(bytes ?? []) };
};

const filesWith = (run: RunRef, bytes: Buffer): SimulatedFiles => {
  const files = new SimulatedFiles(store);
  files.put(`${store}/${run.path}`, bytes);
  return files;
};

/** Undefined when the damage was found. */
const unlessDamaged = async <Result>(read: Promise<Result>): Promise<Result | undefined> => {
  try {
    return await read;
  } catch (error) {
    expect(error).toBeInstanceOf(RunDamaged);
    return undefined;
  }
};

/** What is found among the run's ids and as many absent ones. */
const findAround = (files: SimulatedFiles, { run }: Stored): Promise<Map<string, KnownId>> =>
  lookup(files, store, [run], numbersFrom(run.basePosition, run.entries * 2).map(keyOf));

const expectFound = async (stored: Stored, bytes: Buffer, truth: Map<string, KnownId>): Promise<void> => {
  const files = filesWith(stored.run, bytes);
  await expect(checkRun(files, store, stored.run)).rejects.toThrow(RunDamaged);
  const found = await unlessDamaged(findAround(files, stored));
  if (found !== undefined) expect(found).toEqual(truth);
  const merged = await unlessDamaged(mergeRuns(files, store, [stored.run]));
  if (merged !== undefined) {
    expect(await findAround(files, { run: merged, bytes })).toEqual(truth);
    await checkRun(files, store, merged);
  }
  expect(files.openFiles).toBe(0);
};

describe('a damaged run', () => {
  let small: Stored;
  let large: Stored;
  let smallTruth: Map<string, KnownId>;
  let largeTruth: Map<string, KnownId>;
  beforeAll(async () => {
    small = await written(1_000, 110);
    // Two guides, and thus a fence.
    large = await written(5_000, 3_100);
    smallTruth = await findAround(filesWith(small.run, small.bytes), small);
    largeTruth = await findAround(filesWith(large.run, large.bytes), large);
    expect([smallTruth.size, largeTruth.size]).toEqual([110, 3_100]);
  });

  it('passes the check as long as nothing is wrong with it', async () => {
    await checkRun(filesWith(large.run, large.bytes), store, large.run);
  });

  it('is found out whichever byte is changed, and never answers wrongly', async () => {
    const { run, bytes } = small;
    expect(bytes).toHaveLength(5 * 4096);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      const files = filesWith(run, damaged);
      const error = await checkRun(files, store, run).catch((caught: unknown) => caught);
      if (!(error instanceof RunDamaged)) throw new Error(`byte ${at} was changed, and the check said ${error}`);
      expect(error).toMatchObject({ path: run.path, page: Math.floor(at / 4096) });
      if (at % 16 === 0) await expectFound(small, damaged, smallTruth);
    }
  });

  it('is found out whatever a stretch of it is overwritten with, cut to or grown by', async () => {
    const change = fc.record({
      at: fc.nat(),
      stretch: fc.uint8Array({ minLength: 1, maxLength: 9_000 }),
      kind: fc.constantFrom('overwrite', 'cut', 'grow', 'move'),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, stretch, kind }) => {
        const { bytes } = large;
        const from = at % bytes.length;
        let damaged = Buffer.from(bytes);
        if (kind === 'overwrite') damaged.set(stretch.subarray(0, bytes.length - from), from);
        else if (kind === 'cut') damaged = damaged.subarray(0, from);
        else if (kind === 'grow') damaged = Buffer.concat([bytes, stretch]);
        else bytes.copyWithin.call(damaged, 0, from - (from % 4096), from - (from % 4096) + 4096);
        if (damaged.equals(bytes)) return;
        await expectFound(large, damaged, largeTruth);
      }),
      { numRuns: 150 },
    );
  });

  it('is found out when two pages of it changed places, though each is whole', async () => {
    const damaged = Buffer.from(large.bytes);
    large.bytes.copy(damaged, 4096, 8192, 12_288);
    large.bytes.copy(damaged, 8192, 4096, 8192);
    await expectFound(large, damaged, largeTruth);
  });

  it('is found out when another run lies under its name', async () => {
    const other = await written(90_000, small.run.entries);
    await expectFound(small, other.bytes, smallTruth);
  });

  it('is found out by the hash of its commit when it was made anew around other ids', async () => {
    const files = new SimulatedFiles(store);
    const run = await writeNumbers(files, store, 0, 50, () => 'forged');
    const forged = await writeNumbers(new SimulatedFiles(store), store, 50, 50, () => 'forged');
    await expect(checkRun(files, store, { ...run, sha256: forged.sha256 ?? '' })).rejects.toThrow('not the one');
  });
});
