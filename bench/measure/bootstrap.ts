import { median, quantileOfSorted } from './quantile.ts';
import type { Random } from './random.ts';

/** Where a figure lies, with the confidence that was asked for. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** 0 to 1. */
  readonly confidence: number;
  readonly resamples: number;
  readonly random: Random;
}

const drawnFrom = (values: readonly number[], random: Random): readonly number[] =>
  values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN);

/** The middle `confidence` of what `draw` gives over all resamples. */
const intervalOf = (draw: () => number, { confidence, resamples }: BootstrapOptions): Interval => {
  const drawn = Float64Array.from({ length: resamples }, draw).sort();
  const tail = (1 - confidence) / 2;
  return { low: quantileOfSorted(drawn, tail), high: quantileOfSorted(drawn, 1 - tail) };
};

/**
 * The percentile bootstrap of a median (Efron): a repeat is the unit, since requests of one run are not independent.
 * Of few repeats it is a little too narrow: at 8 it covers some 93 % where 95 % were asked for.
 */
export const medianInterval = (values: readonly number[], options: BootstrapOptions): Interval =>
  intervalOf(() => median(drawnFrom(values, options.random)), options);

/** The same for the ratio of two medians, candidate to baseline, each side drawn by itself. */
export const ratioInterval = (
  baseline: readonly number[],
  candidate: readonly number[],
  options: BootstrapOptions,
): Interval =>
  intervalOf(() => median(drawnFrom(candidate, options.random)) / median(drawnFrom(baseline, options.random)), options);
