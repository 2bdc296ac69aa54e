import type { ResultComparison } from './compare-results.ts';

/** 0: nothing is worse; 1: something is; 3: nothing can be concluded. */
export const comparisonStatus = ({ metrics, doubts }: ResultComparison): 0 | 1 | 3 => {
  if (doubts.length > 0 || metrics.length === 0) return 3;
  const differences = metrics.map(({ comparison }) => comparison.difference);
  if (differences.includes('worse')) return 1;
  return differences.every((difference) => difference === 'undecided') ? 3 : 0;
};
