/** The `share` (0 to 1) quantile of ascending values, linear between neighbours (type 7, as numpy and R have it); NaN of none. */
export const quantileOfSorted = (sorted: ArrayLike<number>, share: number): number => {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low === high ? low : low + (high - low) * (at - below);
};

export const median = (values: readonly number[]): number =>
  quantileOfSorted(
    [...values].sort((left, right) => left - right),
    0.5,
  );
