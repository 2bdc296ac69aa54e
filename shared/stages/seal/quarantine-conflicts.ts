import { StoreUnavailable } from '../../domain/errors.ts';
import type { AcceptedEvent } from '../../domain/event.ts';
import { type Letter, type LetterContent, letterIdOf } from '../../domain/letter.ts';
import { encodeEvent } from '../../queue/packs/encode.ts';
import type { LetterPublisher } from '../../store/quarantine/port.ts';
import type { SealRow } from '../../store/seal/row.ts';
import type { Logger } from '../../telemetry/log.ts';
import { eventsFailed, lettersQuarantined } from '../../telemetry/metrics.ts';

/** The letter of an event whose id another one has. Nothing in it depends on who seals or when: a repeat is the same letter. */
const letterOf = (event: AcceptedEvent): Letter => {
  const content: LetterContent = { reason: 'conflict', attempt: 1, form: 'record', record: encodeEvent(event) };
  return {
    ...content,
    letterId: letterIdOf(content),
    detail: 'the id was used before for an event with other content',
    consultationId: event.consultationId,
    eventId: event.eventId,
  };
};

/**
 * Publishes conflicts to quarantine, where they are looked after like any event that could not be stored.
 * @throws StoreUnavailable when one is not safe there; the batch is then not sealed.
 */
export const createConflictQuarantine =
  (letters: LetterPublisher, logger: Logger) =>
  async (conflicts: readonly SealRow[]): Promise<void> => {
    for (const { event } of conflicts) {
      const letter = letterOf(event);
      if (!(await letters.publish(letter, event.receivedAt))) {
        throw new StoreUnavailable(`The file of the letter ${letter.letterId} is damaged: restore it from a backup.`);
      }
      lettersQuarantined.inc({ reason: letter.reason });
      eventsFailed.inc({ error_type: letter.reason });
      logger.warn('an event whose id another one has went to quarantine', {
        letter_id: letter.letterId,
        reason: letter.reason,
        consultation_id: event.consultationId,
        event_id: event.eventId,
      });
    }
  };
