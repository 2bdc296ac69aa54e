import { median } from '../../measure/quantile.ts';
import type { Configuration } from '../configuration.ts';
import { keyOf } from '../configuration.ts';
import type { Candidate } from '../goal/choose.ts';
import { type MetricName, metricNames, type Values } from '../metrics.ts';
import { type Facts, isWhole, type Outcome, slotOf, type Trial } from '../trial/trial.ts';

type Measured = Outcome & { readonly kind: 'measured' };

/** A value that was left out of a median. */
export interface Outlier {
  readonly metric: MetricName;
  readonly value: number;
}

/** What a configuration's repeats come to. */
export interface Summary extends Candidate {
  readonly configuration: Configuration;
  /** Of the repeats that count, one each. */
  readonly samples: readonly Values[];
  readonly outliers: readonly Outlier[];
  /** Repeats that count, and how many of them were measured on a busy machine. */
  readonly repeats: number;
  readonly noisy: number;
  readonly facts: readonly Facts[];
}

/** Below so many repeats nothing can be called an outlier. */
const fewestToTrim = 5;

/** How many standard deviations from the median, as the median of the absolute deviations estimates them, an outlier lies at least. */
const outlierDeviations = 4;

/** The standard deviation of a normal distribution is so many times its median absolute deviation. */
const deviationsPerMad = 1.4826;

/** Values far off the others (Hampel's identifier); none of few. */
export const outliersOf = (values: readonly number[]): readonly number[] => {
  if (values.length < fewestToTrim) return [];
  const middle = median(values);
  const deviation = median(values.map((value) => Math.abs(value - middle))) * deviationsPerMad;
  return deviation === 0 ? [] : values.filter((value) => Math.abs(value - middle) > outlierDeviations * deviation);
};

const present = (samples: readonly Values[], metric: MetricName): readonly number[] =>
  samples.flatMap(({ [metric]: value }) => (value === undefined ? [] : [value]));

/** The median of each metric, without its outliers. */
export const trimmedMedians = (samples: readonly Values[]): Values =>
  Object.fromEntries(
    metricNames.flatMap((metric) => {
      const values = present(samples, metric);
      if (values.length === 0) return [];
      const outliers = outliersOf(values);
      return [[metric, median(values.filter((value) => !outliers.includes(value)))]];
    }),
  );

/** Of each slot the attempt that counts: the first quiet one, or the last. */
export const countingTrials = (trials: readonly Trial[]): readonly Trial[] =>
  [...Map.groupBy(trials, ({ request }) => slotOf(request)).values()].flatMap((attempts) => {
    const measured = attempts.filter(({ outcome }) => outcome.kind === 'measured');
    const counting = measured.find(({ noise }) => noise.length === 0) ?? measured.at(-1);
    return counting === undefined ? [] : [counting];
  });

/** Whether a configuration is out: it lost or repeated an event, or a repeat of it failed as often as it was tried. */
const isOut = (trials: readonly Trial[]): boolean => {
  const lossy = trials.some(({ outcome }) => outcome.kind === 'measured' && !isWhole(outcome));
  const slots = new Set(trials.map(({ request }) => slotOf(request)));
  return lossy || countingTrials(trials).length < slots.size;
};

/** Of trials of one rung, what each configuration comes to; those that are out are left out. */
export const summariseTrials = (trials: readonly Trial[]): readonly Summary[] =>
  [...Map.groupBy(trials, ({ request }) => keyOf(request.configuration))].flatMap(([key, own]) => {
    const [first] = own;
    if (first === undefined || isOut(own)) return [];
    const counting = countingTrials(own);
    const measured = counting
      .map(({ outcome }) => outcome)
      .filter((each): each is Measured => each.kind === 'measured');
    const samples = measured.map(({ values }) => values);
    return [
      {
        key,
        configuration: first.request.configuration,
        values: trimmedMedians(samples),
        samples,
        outliers: metricNames.flatMap((metric) =>
          outliersOf(present(samples, metric)).map((value) => ({ metric, value })),
        ),
        repeats: counting.length,
        noisy: counting.filter(({ noise }) => noise.length > 0).length,
        facts: measured.map(({ facts }) => facts),
      },
    ];
  });
