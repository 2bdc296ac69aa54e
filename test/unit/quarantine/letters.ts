import type { QuarantineReason } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import { type Letter, letterIdOf } from '../../../shared/domain/letter.ts';
import { encodeEvent } from '../../../shared/queue/packs/encode.ts';

/** The letter of an event that could not be stored. */
export const letterOf = (event: AcceptedEvent, reason: QuarantineReason = 'conflict', attempt = 1): Letter => {
  const content = { reason, attempt, form: 'record', record: encodeEvent(event) } as const;
  const { consultationId, eventId } = event;
  return { ...content, letterId: letterIdOf(content), detail: 'for a test', consultationId, eventId };
};

/** The letter of a message that is no pack. */
export const messageLetter = (record: string, reason: QuarantineReason = 'undecodable_pack', attempt = 1): Letter => {
  const content = { reason, attempt, form: 'message', record } as const;
  return { ...content, letterId: letterIdOf(content), detail: 'the message is not a pack' };
};
