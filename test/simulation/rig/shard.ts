import { beforeAll, expect, it } from 'vitest';
import { simulateSeed, warmUp } from './history.ts';

const seeds = Number(process.env.FI_TEST_SEEDS ?? 60);
const firstSeed = Number(process.env.FI_TEST_FIRST_SEED ?? 1);
const shards = 4;

/** The tests of one file: each file takes every fourth seed, and files run at once on as many cores as there are. */
export const simulateShard = (shard: number): void => {
  beforeAll(warmUp);

  const mine = Array.from({ length: seeds }, (_, index) => firstSeed + index).filter((seed) => seed % shards === shard);

  it(`keeps every promise of the store under ${mine.length} of ${seeds} seeds from ${firstSeed}`, async () => {
    for (const seed of mine) await simulateSeed(seed);
  });

  it('runs the same history for the same seed', async () => {
    const seed = shard + shards;
    expect(await simulateSeed(seed)).toBe(await simulateSeed(seed));
  });
};
