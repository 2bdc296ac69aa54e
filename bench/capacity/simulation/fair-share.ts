/** Who wants some of a resource. */
export interface Claim {
  /** Relative: twice the weight gets twice as much, where there is too little for all. */
  readonly weight: number;
  /** Takes no more than that. */
  readonly most: number;
}

/**
 * Shares a resource out by weights; what someone cannot use is shared out among the others (max-min fairness, as Linux's scheduler does it
 * in the long run).
 * @returns what each gets, in the order of the claims
 */
export const fairShare = (capacity: number, claims: readonly Claim[]): readonly number[] => {
  // Mostly there is enough, and this is asked at every event of a simulation.
  if (claims.reduce((sum, { most }) => sum + most, 0) <= capacity) return claims.map(({ most }) => most);
  const shares = claims.map(() => 0);
  let open = claims.map((_, index) => index);
  let left = capacity;
  while (open.length > 0 && left > 0) {
    const weights = open.reduce((sum, index) => sum + (claims[index]?.weight ?? 0), 0);
    const perWeight = left / weights;
    const satisfied = open.filter((index) => {
      const claim = claims[index];
      return claim !== undefined && claim.most <= claim.weight * perWeight;
    });
    if (satisfied.length === 0) {
      for (const index of open) shares[index] = (claims[index]?.weight ?? 0) * perWeight;
      break;
    }
    for (const index of satisfied) {
      const most = claims[index]?.most ?? 0;
      shares[index] = most;
      left -= most;
    }
    open = open.filter((index) => !satisfied.includes(index));
  }
  return shares;
};
