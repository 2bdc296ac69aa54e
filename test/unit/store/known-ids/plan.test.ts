import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planMerges, runsPerMerge } from '../../../../shared/store/known-ids/plan.ts';
import type { RunRef } from '../../../../shared/store/known-ids/run.ts';

const runsOf = (sizes: readonly number[]): readonly RunRef[] => {
  let basePosition = 0;
  return sizes.map((entries, number) => {
    const run = { path: `${number}.run`, entries, bytes: entries * 40, basePosition };
    basePosition += entries;
    return run;
  });
};

/** Seals one run after another and merges what is planned. */
const grow = (firstRuns: readonly number[]) => {
  let runs: RunRef[] = [];
  let [ids, rewritten, mostRuns] = [0, 0, 0];
  for (const entries of firstRuns) {
    runs.push({ path: `${ids}.run`, entries, bytes: 0, basePosition: ids });
    ids += entries;
    for (let plans = planMerges(runs); plans.length > 0; plans = planMerges(runs)) {
      for (const plan of plans) {
        const merged = plan.reduce((sum, run) => sum + run.entries, 0);
        rewritten += merged;
        runs = runs.filter((run) => !plan.includes(run));
        runs.push({ path: 'merged', entries: merged, bytes: 0, basePosition: plan[0]?.basePosition ?? 0 });
      }
      runs.sort((left, right) => left.basePosition - right.basePosition);
    }
    mostRuns = Math.max(mostRuns, runs.length);
  }
  return { ids, rewritten, mostRuns };
};

describe('planMerges', () => {
  it('waits until there are eight of a size', () => {
    expect(planMerges([])).toEqual([]);
    expect(planMerges(runsOf(Array(7).fill(10_000)))).toEqual([]);
    const runs = runsOf([...Array(7).fill(1_000_000), ...Array(8).fill(10_000), 20]);
    expect(planMerges(runs)).toEqual([runs.slice(7, 15)]);
  });

  it('puts a run of a power of eight in the higher tier, exactly', () => {
    for (let size = 8; size <= 8 ** 10; size *= 8) {
      expect(planMerges(runsOf([...Array(4).fill(size), ...Array(4).fill(size * 7)]))).toHaveLength(1);
      expect(planMerges(runsOf([...Array(4).fill(size), ...Array(4).fill(size - 1)]))).toEqual([]);
    }
  });

  it('takes the oldest first, and the cheapest merge before the others', () => {
    const runs = runsOf([...Array(9).fill(1_000_000), ...Array(9).fill(10_000)]);
    expect(planMerges(runs.toReversed())).toEqual([runs.slice(9, 17), runs.slice(0, 8)]);
  });

  it('makes none larger than it may', () => {
    const runs = runsOf([...Array(8).fill(1_000_000), ...Array(8).fill(10_000)]);
    expect(planMerges(runs, { mostEntries: 1_000_000 })).toEqual([runs.slice(8)]);
  });

  it('rewrites an id log8 times, and leaves few runs, whatever the first ones are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 600 }), (sizes) => {
        const { ids, rewritten, mostRuns } = grow(sizes);
        const tiers = Math.floor(Math.log(ids) / Math.log(runsPerMerge)) + 1;
        expect(rewritten).toBeLessThanOrEqual(ids * tiers);
        expect(mostRuns).toBeLessThanOrEqual((runsPerMerge - 1) * tiers + 1);
      }),
    );
  });

  it('costs a million ids sealed by tens of thousands some two rewrites each', () => {
    const { rewritten, mostRuns } = grow(Array(100).fill(10_000));
    expect(rewritten / 1_000_000).toBeLessThan(2);
    expect(mostRuns).toBeLessThanOrEqual(15);
  });
});
