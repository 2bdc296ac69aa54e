import type { AcceptedEvent, SegmentedEvent } from '../domain/event.ts';
import { leafHash } from '../domain/leaf.ts';

/** HASH: gives an event its leaf. */
export type HashEvent = (event: SegmentedEvent) => AcceptedEvent;

/** SHA-256 over the normalised envelope and the payload's bytes as sent, see `leafHash`. */
export const hashEvent: HashEvent = (event) => ({
  consultationId: event.consultationId,
  eventId: event.eventId,
  eventType: event.eventType,
  userId: event.userId,
  occurredAt: event.occurredAt,
  receivedAt: event.receivedAt,
  requestIndex: event.requestIndex,
  payload: event.payload,
  segment: event.segment,
  leaf: leafHash(event),
});
