import { type Interval, medianInterval } from './bootstrap.ts';
import { median } from './quantile.ts';
import type { Random } from './random.ts';

/** One value of a metric, and whether the machine was quiet meanwhile. */
export interface Sample {
  readonly value: number;
  readonly quiet: boolean;
}

export interface Summary {
  readonly median: number;
  /** 95 % of the median; undefined of a single value. */
  readonly interval: Interval | undefined;
  readonly count: number;
  readonly quiet: number;
}

const confidence = 0.95;
const resamples = 2_000;
/** Below so many there is nothing to conclude from. */
export const fewestRepeats = 3;

/** Of the quiet values alone where there are enough of them, of all otherwise; undefined of none. */
export const summarise = (samples: readonly Sample[], random: Random): Summary | undefined => {
  const quiet = samples.filter((sample) => sample.quiet);
  const used = (quiet.length >= fewestRepeats ? quiet : samples).map(({ value }) => value);
  if (used.length === 0) return undefined;
  const interval = used.length === 1 ? undefined : medianInterval(used, { confidence, resamples, random });
  return { median: median(used), interval, count: samples.length, quiet: quiet.length };
};

/** A bound that a metric has to keep. */
export type Threshold = { readonly atLeast: number } | { readonly atMost: number };

export type Verdict =
  | { readonly kind: 'met' }
  | { readonly kind: 'not-met' }
  /** Nothing can be said, and why. */
  | { readonly kind: 'inconclusive'; readonly reason: string };

const keeps = (value: number, threshold: Threshold): boolean =>
  'atLeast' in threshold ? value >= threshold.atLeast : value <= threshold.atMost;

/**
 * Whether a metric keeps its threshold. The whole interval must lie on one side. Noise makes everything slower and nothing quicker, so
 * what is met on a busy machine is met; what is not met there shows nothing.
 * @param exact of metrics that noise does not change (bytes): one value is enough
 */
export const judge = (summary: Summary | undefined, threshold: Threshold, exact: boolean): Verdict => {
  if (summary === undefined) return { kind: 'inconclusive', reason: 'it was not measured' };
  const { interval = { low: summary.median, high: summary.median }, count, quiet } = summary;
  const sides = [keeps(interval.low, threshold), keeps(interval.high, threshold)];
  if (exact) return { kind: keeps(summary.median, threshold) ? 'met' : 'not-met' };
  if (count < fewestRepeats) return { kind: 'inconclusive', reason: `${count} of at least ${fewestRepeats} repeats` };
  if (sides.every((kept) => kept)) return { kind: 'met' };
  if (quiet < fewestRepeats) {
    return { kind: 'inconclusive', reason: `the machine was busy: ${quiet} of ${count} repeats were quiet` };
  }
  if (sides.some((kept) => kept)) {
    return { kind: 'inconclusive', reason: 'the threshold lies within the interval: more repeats may tell' };
  }
  return { kind: 'not-met' };
};
