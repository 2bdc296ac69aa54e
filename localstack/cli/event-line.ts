import type { StoredEvent } from '../../shared/domain/event.ts';

/** A raw line break in valid JSON stands between two tokens, never inside a string: a space means the same. */
const onOneLine = (json: string): string => (/[\r\n]/.test(json) ? json.replaceAll(/[\r\n]/g, ' ') : json);

/** An event as one line of NDJSON, in the API's names; the payload is the text that is stored, never rendered anew. */
export const eventLine = (event: StoredEvent): string => {
  const envelope = JSON.stringify({
    event_id: event.eventId,
    consultation_id: event.consultationId,
    event_type: event.eventType,
    user_id: event.userId,
    occurred_at: event.occurredAt,
    received_at: event.receivedAt,
    segment: event.segment,
    sealed: event.position !== undefined,
    position: event.position,
  });
  return `${envelope.slice(0, -1)},"payload":${onOneLine(event.payload)}}\n`;
};
