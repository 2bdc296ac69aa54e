import type { Clock } from '../ports/clock.ts';
import { type Days, type RetainedDay, retain } from '../store/retain/retain.ts';
import type { Logger } from '../telemetry/log.ts';

export interface RetainDependencies {
  readonly retainer: Days;
  readonly clock: Clock;
  readonly logger: Logger;
  /** No further day is begun after so long, so that a function ends well before its platform ends it. */
  readonly mostMs: number;
}

/** What one run did. */
export interface RetainSummary {
  /** Days of a segment that were dropped. */
  readonly days: number;
  readonly events: number;
  /** Days that stay although their retention is over. */
  readonly kept: number;
  /** Whether the time was over before everything was dropped: run it again. */
  readonly more: boolean;
}

const countOf = ({ parts }: RetainedDay): number => parts.reduce((sum, { count }) => sum + count, 0);

/**
 * RETAIN: drops days whose retention is over until none is left or the time is over, and leaves a line in the log for each.
 * @returns a function that throws what keeps it from dropping; days that were dropped by then stay so, and the next run goes on.
 */
export const createRetainFunction =
  ({ retainer, clock, logger, mostMs }: RetainDependencies): (() => Promise<RetainSummary>) =>
  async () => {
    const deadlineMs = clock.monotonicMs() + mostMs;
    let [days, events, kept] = [0, 0, 0];
    const onDay = (day: RetainedDay): void => {
      const { segment, outcome } = day;
      const about = { segment, day: day.day, events: countOf(day) };
      if (outcome.kind === 'dropped') {
        days++;
        events += about.events;
        logger.info('a day was dropped, since its retention is over', about);
        return;
      }
      kept++;
      if (outcome.kind === 'damaged') {
        logger.error('a day whose retention is over can not be dropped', { ...about, reason: outcome.reason });
      }
    };
    const done = await retain(retainer, { dryRun: false, onDay, goOn: () => clock.monotonicMs() < deadlineMs });
    return { days, events, kept, more: !done };
  };
