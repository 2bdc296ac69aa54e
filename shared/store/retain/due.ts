import type { CommittedPart } from '../commits/format.ts';
import type { StoreState } from '../commits/state.ts';
import { retentionEndMs } from './statement.ts';

/** A day of a segment whose retention is over. */
export interface DueDay {
  readonly segment: string;
  /** `YYYY-MM-DD` of received_at, in UTC. */
  readonly day: string;
  readonly retentionDays: number;
  readonly parts: readonly CommittedPart[];
}

/** Which of the days that are due. */
export interface DueFilter {
  readonly segment?: string | undefined;
  /** Only days before this one, `YYYY-MM-DD`. */
  readonly before?: string | undefined;
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const byAge = (left: DueDay, right: DueDay): number =>
  compare(left.day, right.day) || compare(left.segment, right.segment);

/** The oldest days first. @param retentionDaysOf undefined where a segment is kept for ever */
export const dueDays = (
  state: Pick<StoreState, 'parts'>,
  retentionDaysOf: (segment: string) => number | undefined,
  nowMs: number,
  { segment: wanted, before = '9999-99-99' }: DueFilter = {},
): readonly DueDay[] => {
  const days = Map.groupBy(state.parts.values(), ({ segment, day }) => `${segment}/${day}`);
  return [...days.values()]
    .flatMap((parts) => {
      const { segment = '', day = '' } = parts[0] ?? {};
      const retentionDays = retentionDaysOf(segment);
      if (retentionDays === undefined || retentionEndMs(day, retentionDays) > nowMs) return [];
      return day < before && (wanted === undefined || wanted === segment)
        ? [{ segment, day, retentionDays, parts }]
        : [];
    })
    .sort(byAge);
};
