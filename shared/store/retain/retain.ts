import type { DueDay, DueFilter } from './due.ts';
import type { DayOutcome, Kept, Retainer } from './retainer.ts';

/** A day, and what became of it; `due` when nothing was to be changed. */
export interface RetainedDay extends DueDay {
  readonly outcome: Exclude<DayOutcome, { readonly kind: 'outrun' }> | { readonly kind: 'due' };
}

export interface RetainOptions {
  readonly filter?: DueFilter;
  /** Drops nothing, and says what would be dropped. */
  readonly dryRun: boolean;
  /** Told of each day as it is dealt with. */
  readonly onDay: (day: RetainedDay) => Promise<void> | void;
  /** Asked before each day: whether to go on. */
  readonly goOn?: () => boolean;
}

/** What days are dropped by. */
export type Days = Pick<Retainer, 'due' | 'keptBy' | 'drop'>;

/** How often a day is looked at again that others merged, or sent late events for, while it was being dropped. */
const mostLooks = 10;

const keyOf = ({ segment, day }: DueDay): string => `${segment}/${day}`;

const lookAt = async (retainer: Days, day: DueDay, dryRun: boolean): Promise<DayOutcome | { kind: 'due' }> => {
  if (!dryRun) return retainer.drop(day);
  const kept: Kept | undefined = await retainer.keptBy(day);
  return kept ?? { kind: 'due' };
};

/**
 * Drops every day whose retention is over, the oldest first, or says what would be dropped.
 * @returns false when it was told to stop, or when others were in the way all the time: there may be more.
 * @throws as `Retainer.drop` does; days that were dropped by then stay so.
 */
export const retain = async (retainer: Days, options: RetainOptions): Promise<boolean> => {
  const { filter, dryRun, onDay, goOn = () => true } = options;
  /** Parts of those that stay, so that only what came since makes a day worth another look. */
  const kept = new Map<string, number>();
  for (let look = 0; look < mostLooks; look++) {
    const due = (await retainer.due(filter)).filter((day) => kept.get(keyOf(day)) !== day.parts.length);
    let outrun = false;
    for (const day of due) {
      if (!goOn()) return false;
      const outcome = await lookAt(retainer, day, dryRun);
      if (outcome.kind === 'outrun') {
        outrun = true;
        continue;
      }
      if (outcome.kind !== 'dropped') kept.set(keyOf(day), day.parts.length);
      await onDay({ ...day, outcome });
    }
    if (!outrun) return true;
  }
  return false;
};
