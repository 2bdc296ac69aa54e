import { fewestRepeats, type Summary } from '../measure/judge.ts';

type Counts = Pick<Summary, 'count' | 'quiet'>;

/** Why a summary shows nothing; undefined when it shows something. */
export const doubtOf = ({ count, quiet }: Counts): string | undefined => {
  if (count < fewestRepeats) return `inconclusive: ${count} of at least ${fewestRepeats} repeats`;
  return quiet < fewestRepeats ? `inconclusive: ${quiet} of ${count} repeats were quiet` : undefined;
};

/** What stands behind a figure in a sentence: nothing, where it can be believed. */
export const caveatOf = (summary: Counts): string => {
  const doubt = doubtOf(summary);
  return doubt === undefined ? '' : ` (${doubt})`;
};

/**
 * What stands beside a figure in a table.
 * @param exact whether a busy machine leaves it as it is
 */
export const sureness = (summary: Counts, exact = false): string =>
  (exact ? undefined : doubtOf(summary)) ?? `${summary.quiet} of ${summary.count} repeats were quiet`;
