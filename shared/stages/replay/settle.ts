import type { Clock } from '../../ports/clock.ts';
import type { QuarantinedLetter, QuarantineStore } from '../../store/quarantine/port.ts';
import type { Settlement, SettlementAction } from '../../store/quarantine/settlement.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Intent, Outcome } from './outcome.ts';

export interface SettleDependencies {
  readonly store: QuarantineStore;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly logger: Logger;
}

const isOurs = (standing: Settlement, ours: Settlement): boolean =>
  standing.action === ours.action && standing.by === ours.by && standing.at === ours.at && standing.note === ours.note;

/**
 * Settles a letter, unless somebody was faster: then theirs stands and the outcome shows it. In a dry run nothing is done.
 * @param sent whether the letter's record is on the queue by now, which a faster settlement does not take back.
 * @throws StoreUnavailable
 */
export const settle = async (
  { store, clock, logger }: SettleDependencies,
  letter: QuarantinedLetter,
  action: SettlementAction,
  { by, note, dryRun }: Intent,
  sent = false,
): Promise<Outcome> => {
  const { letterId, head } = letter;
  if (dryRun) return { letterId, outcome: action, head };
  const ours: Settlement = {
    action,
    ...(note === undefined ? {} : { note }),
    by,
    at: new Date(clock.nowMs()).toISOString(),
  };
  const standing = await store.settle(letterId, ours);
  if (!isOurs(standing, ours)) {
    const detail = `${standing.by} settled it at the same time${sent ? '; it was sent to the queue all the same' : ''}`;
    return { letterId, outcome: 'settled_before', detail, settlement: standing, head };
  }
  logger.info('a letter was settled', {
    letter_id: letterId,
    action,
    principal: by,
    reason: head.reason,
    attempt: head.attempt,
    ...(head.consultationId === undefined ? {} : { consultation_id: head.consultationId }),
    ...(head.eventId === undefined ? {} : { event_id: head.eventId }),
  });
  return { letterId, outcome: action, settlement: standing, head };
};
