import { percentile } from '../load/plan.ts';

/** A distribution by its quantiles: each share (0 to 1) with the value below which it lies, ascending, the largest value last. */
export type Spectrum = readonly (readonly [share: number, value: number])[];

/** Even steps to 90 %, then ten to each further nine: tails are what latency is about. */
const shares: readonly number[] = [
  ...Array.from({ length: 18 }, (_, step) => step * 0.05),
  ...[1, 2, 3, 4].flatMap((nines) => Array.from({ length: 10 }, (_, step) => 1 - (1 - step * 0.09) / 10 ** nines)),
];

/**
 * The quantiles of ascending values. Runs keep every latency, so these are exact: no buckets, and nothing that a histogram would have to round.
 * Shares finer than the number of values can tell are left out.
 */
export const spectrumOf = (sorted: Float64Array): Spectrum => {
  if (sorted.length === 0) return [];
  const told = shares.filter((share) => (1 - share) * sorted.length >= 1);
  return [...told.map((share) => [share, percentile(sorted, share)] as const), [1, sorted.at(-1) ?? Number.NaN]];
};
