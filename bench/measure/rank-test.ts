/** Twice the rank of each value among all, so that the middle rank of equal ones is whole. */
const doubledRanks = (values: readonly number[]): readonly number[] => {
  const sorted = [...values].sort((left, right) => left - right);
  return values.map((value) => sorted.indexOf(value) + sorted.lastIndexOf(value) + 2);
};

/** How many subsets of `size` of the ranks have each sum; index is the sum. */
const subsetsBySum = (ranks: readonly number[], size: number): Float64Array => {
  const most = ranks.reduce((sum, rank) => sum + rank, 0);
  const counts = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  if (counts[0]) counts[0][0] = 1;
  for (const rank of ranks) {
    for (let chosen = size; chosen >= 1; chosen--) {
      const [to, from] = [counts[chosen], counts[chosen - 1]];
      if (to === undefined || from === undefined) continue;
      for (let sum = most; sum >= rank; sum--) to[sum] = (to[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  return counts[size] ?? new Float64Array();
};

/**
 * The rank-sum test of Wilcoxon, Mann and Whitney, exact at any number of repeats and with equal values: how often two samples of one
 * distribution lie at least so far apart. It holds its level whatever the distribution, which a bootstrap of few repeats does not.
 * @returns the two-sided p, 0 to 1; 1 when one side has no values
 */
export const rankTest = (left: readonly number[], right: readonly number[]): number => {
  if (left.length === 0 || right.length === 0) return 1;
  const ranks = doubledRanks([...left, ...right]);
  const observed = ranks.slice(0, left.length).reduce((sum, rank) => sum + rank, 0);
  const expected = (ranks.reduce((sum, rank) => sum + rank, 0) * left.length) / ranks.length;
  const distance = Math.abs(observed - expected) - 1e-9;
  let all = 0;
  let asFar = 0;
  for (const [sum, subsets] of subsetsBySum(ranks, left.length).entries()) {
    all += subsets;
    if (Math.abs(sum - expected) >= distance) asFar += subsets;
  }
  return asFar / all;
};

/**
 * Holm's correction: with these values at most `alpha` of whole comparisons name any difference where there is none,
 * however many metrics they look at. In the order given.
 */
export const adjustedByHolm = (values: readonly number[]): readonly number[] => {
  const order = [...values.keys()].sort((left, right) => (values[left] ?? 1) - (values[right] ?? 1));
  const adjusted = new Array<number>(values.length).fill(1);
  let largest = 0;
  for (const [place, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (values[index] ?? 1) * (values.length - place)));
    adjusted[index] = largest;
  }
  return adjusted;
};
