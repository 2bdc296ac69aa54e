import type { StoredEvent } from '../../domain/event.ts';

const optional = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;

/** An event as JSON text, its payload spliced in as it was sent: rendering it again would lose `1.0` and duplicate keys. */
export const eventText = (event: StoredEvent): string =>
  `{"event_id":"${event.eventId}","consultation_id":${JSON.stringify(event.consultationId)}` +
  `,"event_type":"${event.eventType}"${optional('user_id', event.userId)}${optional('occurred_at', event.occurredAt)}` +
  `,"received_at":"${event.receivedAt}","segment":"${event.segment}","sealed":${event.position !== undefined}` +
  `${event.position === undefined ? '' : `,"position":${event.position}`}` +
  `${event.erasedAt === undefined ? '' : `,"erased":true,"erased_at":"${event.erasedAt}"`},"payload":${event.payload}}`;

/**
 * An event as one line. JSON allows line breaks between tokens only, never inside strings, so that a space for each
 * changes no value and no length; whoever needs those bytes too reads JSON instead.
 */
export const eventLine = (event: StoredEvent): string => `${eventText(event).replaceAll(/[\n\r]/g, ' ')}\n`;
