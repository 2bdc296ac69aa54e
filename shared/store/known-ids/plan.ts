import type { RunRef } from './run.ts';

/** Runs of a tier that are merged into one of the next: more would write each id less often and leave more runs to look into. */
export const runsPerMerge = 8;

export interface MergePlanning {
  /** Runs that would become larger than this many ids stay as they are, where a merge has only so much time. No limit by default. */
  readonly mostEntries?: number;
}

/** How often a run's size can be divided by eight: whole steps, since logarithms round. */
const tierOf = ({ entries }: RunRef): number => {
  let tier = 0;
  for (let size = entries; size >= runsPerMerge; size /= runsPerMerge) tier++;
  return tier;
};

/**
 * Which runs to merge now: size-tiered, eight of about the same size at a time, the oldest first. An id is thus rewritten
 * at most log8(ids / ids of a first run) + 1 times, and of n first runs at most 7 in each of log8(n) + 1 tiers are left.
 * @returns sets that have no run in common, the cheapest first.
 */
export const planMerges = (
  runs: readonly RunRef[],
  { mostEntries = Number.MAX_SAFE_INTEGER }: MergePlanning = {},
): readonly (readonly RunRef[])[] => {
  const tiers = [...Map.groupBy(runs, tierOf)].toSorted(([left], [right]) => left - right);
  const plans: RunRef[][] = [];
  for (const [, members] of tiers) {
    const oldestFirst = members.toSorted((left, right) => left.basePosition - right.basePosition);
    for (let from = 0; from + runsPerMerge <= oldestFirst.length; from += runsPerMerge) {
      const together = oldestFirst.slice(from, from + runsPerMerge);
      if (together.reduce((sum, { entries }) => sum + entries, 0) <= mostEntries) plans.push(together);
    }
  }
  return plans;
};
