import type { AcceptedEvent, SegmentedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';

export const consultation = 'consultation-1' as ConsultationId;

export const eventIdOf = (number: number): EventId =>
  `0196e0a0-0000-7000-8000-${number.toString(16).padStart(12, '0')}` as EventId;

/** The event of that number, with its leaf hash; whatever a test is about is given as `changes`. */
export const eventOf = (number: number, changes: Partial<SegmentedEvent> = {}): AcceptedEvent => {
  const event: SegmentedEvent = {
    consultationId: consultation,
    eventId: eventIdOf(number),
    eventType: 'MESSAGE_RECEIVED',
    userId: 'user_1',
    occurredAt: '2026-11-23T10:11:12.000Z',
    receivedAt: '2026-11-23T10:11:12.345Z',
    requestIndex: 0,
    payload: `{"n":${number}}`,
    segment: 'conversation',
    ...changes,
  };
  return { ...event, leaf: new Uint8Array(leafHash(event)) };
};

export const eventsOf = (count: number, from = 0): readonly AcceptedEvent[] =>
  Array.from({ length: count }, (_, index) => eventOf(from + index));
