import { chooseBest, keepsBounds, rank } from '../goal/choose.ts';
import { paretoFront } from '../goal/pareto-front.ts';
import type { Goal } from '../goal/parse-goal.ts';
import { shareOfResamples } from './resample.ts';
import type { Summary } from './summarise.ts';

export interface Recommendation {
  readonly best: Summary;
  /** Whether its medians keep the goal's bounds. */
  readonly keepsBounds: boolean;
  /** Share (0 to 1) of the resamples in which it is the best. */
  readonly confidence: number;
  /** Share of the resamples in which it keeps all bounds. */
  readonly boundsConfidence: number;
  /** All that were compared, the best first. */
  readonly ranked: readonly Summary[];
}

/**
 * The finalist that serves the goal best, and how sure that is: in how many resamples the same one wins. Undefined of none.
 */
export const recommend = (goal: Goal, finalists: readonly Summary[], seed: number): Recommendation | undefined => {
  const byKey = new Map(finalists.map((summary) => [summary.key, summary]));
  const ranked = rank(goal, finalists).flatMap(({ key }) => byKey.get(key) ?? []);
  const [best] = ranked;
  if (best === undefined) return undefined;
  const wins = shareOfResamples(finalists, seed, (drawn) => chooseBest(goal, drawn)?.key === best.key);
  const kept = shareOfResamples([best], seed, (drawn) => drawn.every(({ values }) => keepsBounds(goal, values)));
  return {
    best,
    keepsBounds: keepsBounds(goal, best.values),
    confidence: wins,
    boundsConfidence: kept,
    ranked,
  };
};

/** The front of everything that was measured, by latency: each configuration as its longest trials have it. */
export const frontOf = (summaries: readonly Summary[]): readonly Summary[] => {
  const keys = new Set(paretoFront(summaries).map(({ key }) => key));
  return summaries
    .filter(({ key }) => keys.has(key))
    .toSorted((left, right) => (left.values.p95 ?? 0) - (right.values.p95 ?? 0));
};
