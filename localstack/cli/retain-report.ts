import type { RetainedDay } from '../../shared/store/retain/retain.ts';

/** What `fi retain` says of the days, as text or as JSON. */
export interface RetainReport {
  /** Days that would be dropped. */
  readonly due: number;
  readonly damaged: number;
  /** Counts a day. @returns its line */
  add(day: RetainedDay): string;
  /** @param done whether all days were looked at. @returns the last line */
  end(done: boolean): string;
}

const grouped = new Intl.NumberFormat('en-US');
const counted = (count: number, what: string): string => `${grouped.format(count)} ${what}${count === 1 ? '' : 's'}`;

const sumOf = (day: RetainedDay, member: 'count' | 'bytes'): number =>
  day.parts.reduce((sum, part) => sum + part[member], 0);

const reasonOf = ({ outcome }: RetainedDay): string | undefined => ('reason' in outcome ? outcome.reason : undefined);

const dayLine = (day: RetainedDay): string => {
  const reason = reasonOf(day);
  const what = `${counted(sumOf(day, 'count'), 'event')}, ${grouped.format(sumOf(day, 'bytes'))} bytes`;
  return `${day.outcome.kind.padEnd(7)} ${day.segment} ${day.day}: ${what}${reason === undefined ? '' : `; ${reason}`}\n`;
};

const dayJson = (day: RetainedDay): string =>
  `${JSON.stringify({
    outcome: day.outcome.kind,
    segment: day.segment,
    day: day.day,
    retention_days: day.retentionDays,
    events: sumOf(day, 'count'),
    bytes: sumOf(day, 'bytes'),
    parts: day.parts.length,
    reason: reasonOf(day),
  })}\n`;

export const createRetainReport = ({
  json,
  graceMs,
}: {
  readonly json: boolean;
  /** How long files stay after they were dropped, in ms. */
  readonly graceMs: number;
}): RetainReport => {
  const days = { dropped: 0, due: 0, held: 0, damaged: 0 };
  let [events, bytes] = [0, 0];
  const summary = (): string => {
    const kept = days.held + days.damaged;
    const rest = kept === 0 ? '' : `; ${counted(kept, 'day')} kept`;
    if (days.dropped + days.due === 0) return `nothing is due${rest}\n`;
    const size = `${counted(days.dropped + days.due, 'day')}, ${counted(events, 'event')}, ${grouped.format(bytes)} bytes`;
    if (days.due > 0) return `due: ${size}${rest}\n`;
    return `dropped: ${size}${rest}; the files go ${grouped.format(graceMs / 60_000)} minutes later, when a host merges\n`;
  };
  return {
    get due() {
      return days.due;
    },
    get damaged() {
      return days.damaged;
    },
    add: (day) => {
      const { kind } = day.outcome;
      days[kind]++;
      if (kind === 'dropped' || kind === 'due') {
        events += sumOf(day, 'count');
        bytes += sumOf(day, 'bytes');
      }
      return json ? dayJson(day) : dayLine(day);
    },
    end: (done) => (json ? `${JSON.stringify({ complete: done, ...days, events, bytes })}\n` : summary()),
  };
};
