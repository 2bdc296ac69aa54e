import { type MetricName, tuneMetrics, type Values } from '../metrics.ts';
import type { Constraint, Goal } from './parse-goal.ts';

/** A configuration as a goal sees it. */
export interface Candidate {
  readonly key: string;
  readonly values: Values;
}

/** So near to the best, an objective leaves the decision to the next one: 3 %. */
export const tieShare = 0.03;

/** By what share a bound is missed; 0 when it is kept. */
export const violationOf = ({ metric, comparison, bound }: Constraint, values: Values): number => {
  const value = values[metric];
  if (value === undefined) return Number.POSITIVE_INFINITY;
  const isKept = { '<': value < bound, '<=': value <= bound, '>': value > bound, '>=': value >= bound }[comparison];
  if (isKept) return 0;
  const miss = comparison.startsWith('<') ? value / bound - 1 : bound / value - 1;
  // Just at a bound that must not be reached.
  return Math.max(miss, Number.EPSILON);
};

/** A bound of every goal: what refuses more does not take the workload, and its other figures are those of a smaller one. */
const takesTheWorkload: Constraint = { metric: 'refused', comparison: '<=', bound: 0.1 };

/** By what shares all bounds are missed together; 0 when they are kept. */
const missOf = ({ constraints }: Goal, values: Values): number => {
  const refusing = values.refused === undefined ? 0 : violationOf(takesTheWorkload, values);
  return constraints.reduce((sum, constraint) => sum + violationOf(constraint, values), refusing);
};

/** Whether all bounds are kept. */
export const keepsBounds = (goal: Goal, values: Values): boolean => missOf(goal, values) === 0;

/** Larger is worse, whatever the metric. */
const badnessOf = (metric: MetricName, values: Values): number => {
  const value = values[metric];
  if (value === undefined) return Number.POSITIVE_INFINITY;
  return tuneMetrics[metric].better === 'lower' ? value : -value;
};

const bestBy = (metric: MetricName, candidates: readonly Candidate[]): number =>
  Math.min(...candidates.map(({ values }) => badnessOf(metric, values)));

const nearTheBest = (metric: MetricName, candidates: readonly Candidate[]): readonly Candidate[] => {
  const best = bestBy(metric, candidates);
  const most = best + Math.abs(best) * tieShare;
  return candidates.filter(({ values }) => badnessOf(metric, values) <= most);
};

/**
 * The candidate that serves a goal best: of those that keep all bounds, or come nearest to that, the best by the first objective; where
 * several are near each other there, the next objective decides. Undefined of none.
 */
export const chooseBest = (goal: Goal, candidates: readonly Candidate[]): Candidate | undefined => {
  const misses = candidates.map(({ values }) => missOf(goal, values));
  const least = Math.min(...misses);
  let left: readonly Candidate[] = candidates.filter((_, index) => misses[index] === least);
  const last = goal.objectives.at(-1);
  for (const objective of goal.objectives.slice(0, -1)) left = nearTheBest(objective, left);
  if (last === undefined) return left[0];
  const best = bestBy(last, left);
  return left.find(({ values }) => badnessOf(last, values) === best);
};

/** All candidates, the best first. */
export const rank = (goal: Goal, candidates: readonly Candidate[]): readonly Candidate[] => {
  const ranked: Candidate[] = [];
  let left = candidates;
  for (;;) {
    const best = chooseBest(goal, left);
    if (best === undefined) return ranked;
    ranked.push(best);
    left = left.filter((candidate) => candidate !== best);
  }
};
