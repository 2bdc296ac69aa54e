import { percentile } from '../load/plan.ts';

/** A median, and between what it lies with a probability of 95 %. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 2_000;

const medianOf = (values: Float64Array): number => percentile(values.sort(), 0.5);

/**
 * The median of ratios that were measured in pairs, each side of one right after the other, so that what else the machine did hits both; the
 * interval is that of a percentile bootstrap.
 * @param pairs at least one
 */
export const medianRatio = (pairs: readonly { readonly few: number; readonly many: number }[]): Estimate => {
  const ratios = Float64Array.from(pairs, ({ few, many }) => many / few);
  const medians = Float64Array.from({ length: resamples }, () =>
    medianOf(ratios.map(() => ratios[Math.floor(Math.random() * ratios.length)] ?? 0)),
  ).sort();
  return {
    median: medianOf(ratios.slice()),
    low: percentile(medians, 0.025),
    high: percentile(medians, 0.975),
  };
};
