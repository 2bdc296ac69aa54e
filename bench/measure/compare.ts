import { type Interval, ratioInterval } from './bootstrap.ts';
import { median } from './quantile.ts';
import type { Random } from './random.ts';
import { adjustedByHolm, rankTest } from './rank-test.ts';

export type Better = 'higher' | 'lower';

/** One metric of two runs. */
export interface Pair {
  readonly better: Better;
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

export type Difference =
  | 'better'
  | 'worse'
  /** Any difference is smaller than what counts. */
  | 'no-difference'
  /** The values would allow a difference that counts, and do not show one. */
  | 'undecided';

export interface Comparison {
  readonly difference: Difference;
  /** Median of the candidate to that of the baseline. */
  readonly ratio: number;
  readonly interval: Interval;
  /** Of the exact rank test, corrected for the number of metrics. */
  readonly p: number;
}

export interface CompareOptions {
  /** How often a comparison of two equal runs may name any metric better or worse. */
  readonly alpha: number;
  /** Smaller changes of a median do not count, e.g. 0.05 for 5 %. */
  readonly minimalEffect: number;
  readonly random: Random;
}

const resamples = 2_000;

const differenceOf = (
  { better }: Pair,
  { ratio, interval, p }: Omit<Comparison, 'difference'>,
  { alpha, minimalEffect }: CompareOptions,
): Difference => {
  const counts = (value: number): boolean => value > 1 + minimalEffect || value < 1 / (1 + minimalEffect);
  if (!counts(interval.low) && !counts(interval.high)) return 'no-difference';
  if (p > alpha) return 'undecided';
  if (!counts(ratio)) return 'no-difference';
  return ratio > 1 === (better === 'higher') ? 'better' : 'worse';
};

/**
 * Compares the metrics of two runs. A difference is named when the exact rank test finds one, corrected by Holm for all the metrics, and the
 * medians differ by more than the minimal effect. The interval is the bootstrap's, for the eye; the test decides, since the
 * bootstrap of few repeats promises more than it keeps.
 */
export const compareAll = (pairs: readonly Pair[], options: CompareOptions): readonly Comparison[] => {
  const adjusted = adjustedByHolm(pairs.map(({ baseline, candidate }) => rankTest(baseline, candidate)));
  return pairs.map((pair, index) => {
    const { baseline, candidate } = pair;
    const found = {
      ratio: median(candidate) / median(baseline),
      interval: ratioInterval(baseline, candidate, {
        confidence: 1 - options.alpha,
        resamples,
        random: options.random,
      }),
      p: adjusted[index] ?? 1,
    };
    return { ...found, difference: differenceOf(pair, found, options) };
  });
};
