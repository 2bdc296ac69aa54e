import { QueueUnavailable, StoreUnavailable } from '../../domain/errors.ts';
import type { LetterId } from '../../domain/ids.ts';
import type { QuarantineStore } from '../../store/quarantine/port.ts';
import type { CallBudget } from './budget.ts';
import { type Selected, select } from './select.ts';
import type { MaySee, Selection } from './selection.ts';

/** What came of each selected letter, and where to go on. */
export interface Walk<Result> {
  readonly results: readonly Result[];
  /** The last id that was looked at, when there may be more behind it. */
  readonly next: LetterId | undefined;
}

const isOutage = (error: unknown): boolean => error instanceof StoreUnavailable || error instanceof QueueUnavailable;

/**
 * Does something with each letter of a selection, one after the other, until there are `limit` results, no more letters or no more time.
 * An outage ends it: what was done by then is told, and only when that is nothing the error is.
 * @throws StoreUnavailable | QueueUnavailable
 */
export const walk = async <Result>(
  store: QuarantineStore,
  selection: Selection,
  maySee: MaySee,
  budget: CallBudget,
  visit: (selected: Selected) => Promise<Result>,
): Promise<Walk<Result>> => {
  const results: Result[] = [];
  let last = selection.after;
  const steps = select(store, selection, maySee, budget);
  try {
    for (;;) {
      const step = await steps.next();
      if (step.done) return { results, next: step.value.hasMore ? last : undefined };
      // One step beyond the last result tells whether there is more; and every call gets at least one step on.
      const isFull = results.length === selection.limit;
      if (isFull || (last !== selection.after && !budget.isLeft())) return { results, next: last };
      const { at, selected } = step.value;
      if (selected !== undefined) results.push(await visit(selected));
      last = at;
    }
  } catch (error) {
    if (results.length === 0 || !isOutage(error)) throw error;
    return { results, next: last };
  }
};
