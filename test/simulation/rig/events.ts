import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { eventOf } from '../../unit/store/events.ts';
import type { Random } from './random.ts';

export const consultations = ['a', 'b', 'c'] as readonly string[] as readonly ConsultationId[];
const segments = ['audio', 'clinical'];

/** What decides whether two events are the same one. */
export const identityOf = ({ consultationId, eventId }: AcceptedEvent): string => `${consultationId} ${eventId}`;

/** An event as clients send them: mostly new, sometimes one that was sent before, now and then with other content. */
export const anyEvent = (
  random: Random,
  number: number,
  nowMs: number,
  sent: readonly AcceptedEvent[],
): AcceptedEvent => {
  const receivedAt = new Date(nowMs).toISOString();
  if (sent.length > 0 && random.chance(0.2)) {
    const { leaf: _, ...earlier } = random.pick(sent);
    const payload = random.chance(0.3) ? `{"other":${number}}` : earlier.payload;
    return eventOf(0, { ...earlier, receivedAt, payload });
  }
  return eventOf(number, {
    consultationId: random.pick(consultations),
    segment: random.pick(segments),
    receivedAt,
    requestIndex: random.below(3),
  });
};
