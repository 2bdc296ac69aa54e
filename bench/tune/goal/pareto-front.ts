import { frontMetrics, type MetricName, tuneMetrics, type Values } from '../metrics.ts';
import type { Candidate } from './choose.ts';

/** Above 0: `left` is better there. A value that only one side has decides nothing. */
const advantage = (metric: MetricName, left: Values, right: Values): number => {
  const [one, other] = [left[metric], right[metric]];
  if (one === undefined || other === undefined) return 0;
  return tuneMetrics[metric].better === 'lower' ? other - one : one - other;
};

const dominates = (left: Candidate, right: Candidate, metrics: readonly MetricName[]): boolean => {
  const advantages = metrics.map((metric) => advantage(metric, left.values, right.values));
  return advantages.every((each) => each >= 0) && advantages.some((each) => each > 0);
};

/** Those that no other beats in one metric without losing in another, in the order given. */
export const paretoFront = (
  candidates: readonly Candidate[],
  metrics: readonly MetricName[] = frontMetrics,
): readonly Candidate[] =>
  candidates.filter((candidate) => !candidates.some((other) => dominates(other, candidate, metrics)));
