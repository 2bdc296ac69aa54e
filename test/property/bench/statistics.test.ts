import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianInterval } from '../../../bench/measure/bootstrap.ts';
import { type CompareOptions, compareAll, type Pair } from '../../../bench/measure/compare.ts';
import { median } from '../../../bench/measure/quantile.ts';
import { createRandom, type Random, shuffled } from '../../../bench/measure/random.ts';
import { adjustedByHolm, rankTest } from '../../../bench/measure/rank-test.ts';

const values = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 6 });

/** A normal deviate (Box and Muller). */
const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Figures as benches have them: never negative, skewed, now and then far off. */
const repeatsOf = (random: Random, count: number, typical: number, noise: number): readonly number[] =>
  Array.from({ length: count }, () => {
    const outlier = random() < 0.05 ? 1 + random() : 1;
    return typical * Math.exp(noise * normal(random)) * outlier;
  });

const options = (seed: number): CompareOptions => ({ alpha: 0.05, minimalEffect: 0.05, random: createRandom(seed) });

/** All ways to choose `size` of the indices. */
const choices = (count: number, size: number, from = 0): readonly (readonly number[])[] => {
  if (size === 0) return [[]];
  const all: (readonly number[])[] = [];
  for (let first = from; first <= count - size; first++) {
    for (const rest of choices(count, size - 1, first + 1)) all.push([first, ...rest]);
  }
  return all;
};

/** The same p by trying every way to deal the values to the two sides, with ranks counted one by one. */
const rankTestByHand = (left: readonly number[], right: readonly number[]): number => {
  const all = [...left, ...right];
  const rank = (value: number): number =>
    all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2;
  const ranks = all.map(rank);
  const expected = (left.length * (all.length + 1)) / 2;
  const distanceOf = (chosen: readonly number[]): number =>
    Math.abs(chosen.reduce((sum, index) => sum + (ranks[index] ?? 0), 0) - expected);
  const observed = distanceOf([...left.keys()]);
  const ways = choices(all.length, left.length);
  return ways.filter((chosen) => distanceOf(chosen) >= observed - 1e-9).length / ways.length;
};

describe('the rank test', () => {
  it('is the share of all ways to deal the values that lie at least as far apart', () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        expect(rankTest(left, right)).toBeCloseTo(rankTestByHand(left, right), 10);
      }),
    );
  });

  it('is the same from both sides, and does not look at more than order', () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const stretched = (value: number): number => value ** 3 + 5;
        expect(rankTest(right, left)).toBeCloseTo(rankTest(left, right), 10);
        expect(rankTest(left.map(stretched), right.map(stretched))).toBeCloseTo(rankTest(left, right), 10);
      }),
    );
  });

  it.each([4, 8, 15])('at %i repeats, is at most 0.05 in at most one of twenty pairs of one distribution', (count) => {
    const random = createRandom(count);
    const draws = 4_000;
    let found = 0;
    for (let draw = 0; draw < draws; draw++) {
      const [left, right] = [repeatsOf(random, count, 100, 0.2), repeatsOf(random, count, 100, 0.2)];
      if (rankTest(left, right) <= 0.05) found++;
    }
    // Three standard errors of 4,000 draws are a percent.
    expect(found / draws).toBeLessThan(0.06);
    expect(found).toBeGreaterThan(0);
  });
});

describe('Holm', () => {
  it('makes no p smaller, keeps their order, and multiplies the smallest by their number', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }), (given) => {
        const adjusted = adjustedByHolm(given);
        const order = [...given.keys()].sort((left, right) => (given[left] ?? 0) - (given[right] ?? 0));
        const inOrder = order.map((index) => adjusted[index] ?? Number.NaN);
        expect(inOrder).toEqual([...inOrder].sort((left, right) => left - right));
        expect(inOrder[0]).toBe(Math.min(1, Math.min(...given) * given.length));
        for (const [index, value] of given.entries()) expect(adjusted[index]).toBeGreaterThanOrEqual(value);
      }),
    );
  });
});

describe('the bootstrap', () => {
  it('lies within the values and around their median, and is the same for the same seed', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 12 }), (given) => {
        const intervals = [1, 1].map((seed) =>
          medianInterval(given, { confidence: 0.95, resamples: 200, random: createRandom(seed) }),
        );
        const [first, second] = intervals;
        expect(first).toEqual(second);
        expect(first?.low).toBeGreaterThanOrEqual(Math.min(...given));
        expect(first?.low).toBeLessThanOrEqual(median(given));
        expect(first?.high).toBeGreaterThanOrEqual(median(given));
        expect(first?.high).toBeLessThanOrEqual(Math.max(...given));
      }),
    );
  });

  it('covers the true median about as often as it says', () => {
    const random = createRandom(7);
    const draws = 1_000;
    let covered = 0;
    for (let draw = 0; draw < draws; draw++) {
      const given = Array.from({ length: 8 }, () => 100 * Math.exp(0.1 * normal(random)));
      const { low, high } = medianInterval(given, { confidence: 0.95, resamples: 300, random });
      if (low <= 100 && high >= 100) covered++;
    }
    expect(covered / draws).toBeGreaterThan(0.9);
    expect(covered / draws).toBeLessThan(0.99);
  });
});

const metricsOfRun = 12;

describe('a comparison', () => {
  it('names a difference in at most 5 % of pairs of equal runs, over all their metrics', () => {
    const random = createRandom(11);
    const runs = 250;
    let told = 0;
    for (let run = 0; run < runs; run++) {
      const pairs = Array.from({ length: metricsOfRun }, (_, metric): Pair => {
        const noise = 0.02 + metric * 0.02;
        return {
          better: metric % 2 === 0 ? 'higher' : 'lower',
          baseline: repeatsOf(random, 8, 100, noise),
          candidate: repeatsOf(random, 8, 100, noise),
        };
      });
      const found = compareAll(pairs, { ...options(run), random });
      if (found.some(({ difference }) => difference === 'better' || difference === 'worse')) told++;
    }
    expect(told / runs).toBeLessThan(0.07);
  }, 120_000);

  it('finds a change of 30 % under noise of 5 %, and says which way it is', () => {
    const random = createRandom(3);
    for (let run = 0; run < 40; run++) {
      const unchanged = Array.from({ length: metricsOfRun - 1 }, (): Pair => {
        return { better: 'lower', baseline: repeatsOf(random, 8, 5, 0.05), candidate: repeatsOf(random, 8, 5, 0.05) };
      });
      const quicker: Pair = {
        better: 'lower',
        baseline: Array.from({ length: 8 }, () => 10 * Math.exp(0.05 * normal(random))),
        candidate: Array.from({ length: 8 }, () => 7 * Math.exp(0.05 * normal(random))),
      };
      const [found] = compareAll([quicker, ...unchanged], { ...options(run), random });
      expect(found?.difference).toBe('better');
    }
  }, 120_000);

  it('turns round with the runs and with what is better, and does not depend on the unit', () => {
    const opposite = { better: 'worse', worse: 'better', 'no-difference': 'no-difference', undecided: 'undecided' };
    const measured = fc.array(fc.integer({ min: 50, max: 150 }), { minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(measured, measured, (baseline, candidate) => {
        const differenceOf = (pair: Pair) => compareAll([pair], options(5))[0];
        const found = differenceOf({ better: 'higher', baseline, candidate });
        const inverted = differenceOf({ better: 'lower', baseline, candidate });
        expect(inverted?.difference).toBe(opposite[found?.difference ?? 'undecided']);
        const scaled = {
          baseline: baseline.map((value) => value * 1_024),
          candidate: candidate.map((value) => value * 1_024),
        };
        expect(differenceOf({ better: 'higher', ...scaled })?.difference).toBe(found?.difference);
        const swapped = differenceOf({ better: 'higher', baseline: candidate, candidate: baseline });
        expect(swapped?.p).toBeCloseTo(found?.p ?? Number.NaN, 10);
        expect(swapped?.ratio).toBeCloseTo(1 / (found?.ratio ?? Number.NaN), 10);
      }),
    );
  });

  it('takes what is certain and small for no difference', () => {
    const baseline = [100, 100.1, 100.2, 100.3, 100.4, 100.5, 100.6, 100.7];
    const candidate = baseline.map((value) => value * 1.03);
    expect(rankTest(baseline, candidate)).toBeLessThan(0.001);
    expect(compareAll([{ better: 'lower', baseline, candidate }], options(1))[0]?.difference).toBe('no-difference');
  });

  it('does not take for equal what it could not tell apart', () => {
    const baseline = [100, 180, 60, 130];
    const candidate = [110, 90, 170, 75];
    expect(compareAll([{ better: 'lower', baseline, candidate }], options(1))[0]?.difference).toBe('undecided');
  });
});

describe('a shuffle', () => {
  it('has every order about equally often, and loses nothing', () => {
    const random = createRandom(2);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 6_000; draw++) {
      const order = shuffled(['a', 'b', 'c'], random).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
