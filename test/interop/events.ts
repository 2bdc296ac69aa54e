import { readSourceEvents } from '../../bench/load/source-events.ts';
import type { AcceptedEvent, SegmentedEvent } from '../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../shared/domain/ids.ts';
import { leafHash } from '../../shared/domain/leaf.ts';

const accept = (event: SegmentedEvent): AcceptedEvent => ({ ...event, leaf: leafHash(event) });

const receivedAt = (row: number): string => new Date(Date.UTC(2026, 10, 23) + row * 7).toISOString();

/** The events that tests and benches share, as if they had just been accepted. */
export const realisticEvents = (count: number): readonly AcceptedEvent[] =>
  readSourceEvents()
    .slice(0, count)
    .map(({ consultationId, eventId, eventType, userId, occurredAt, payload }, row) =>
      accept({
        consultationId: consultationId as ConsultationId,
        eventId: eventId as EventId,
        eventType,
        userId: row % 5 === 0 ? undefined : userId,
        occurredAt: row % 7 === 0 ? undefined : occurredAt,
        receivedAt: receivedAt(row),
        requestIndex: row % 100,
        segment: row % 2 === 0 ? 'clinical' : 'conversation',
        payload,
      }),
    );

/** Payloads that a reader with a JSON parser, a C string or a code page of its own would change. */
export const trickyPayloads: readonly string[] = [
  '{}',
  '{"n":1.0}',
  '{"n":12345678901234567890}',
  '{"n":1e400}',
  '{"n":-0.0}',
  '{"a":1,"a":2}',
  '{ "spaced" :\t[ 1 ,\r\n 2 ] }',
  '{"escapes":"\\u00e9\\/\\"\\\\\\n"}',
  '{"nul":"a\\u0000b"}',
  '{"lone":"\\ud800"}',
  '{"emoji":"👩🏽‍⚕️ 🩺"}',
  '{"mark":"\uFEFF","separators":"\u2028\u2029"}',
  `{"large":"${'señal '.repeat(30_000)}"}`,
];

/** Envelope members that end in padding, look like a byte order mark, or are no time that a number can render. */
const trickyEnvelopes: readonly Partial<SegmentedEvent>[] = [
  { consultationId: 'ends in a space ' as ConsultationId, userId: 'so does this one  ' },
  { consultationId: '\uFEFFstarts with a mark' as ConsultationId, userId: '\uFEFF' },
  { consultationId: 'é'.repeat(128) as ConsultationId, userId: '🩺'.repeat(128) },
  { occurredAt: '2016-12-31T23:59:60Z' },
  { occurredAt: '2026-11-23t10:11:12.123456789+05:30' },
  { occurredAt: '0000-01-01T00:00:00-00:00' },
  { occurredAt: '1969-12-31T23:59:59.999Z' },
  { userId: ' ' },
];

export const trickyEvents = (): readonly AcceptedEvent[] => {
  const envelopes = [...trickyPayloads.map((payload) => ({ payload })), ...trickyEnvelopes];
  return envelopes.map((changes, row) =>
    accept({
      consultationId: 'tricky' as ConsultationId,
      eventId: `0196e0a0-0000-7000-8000-${String(row).padStart(12, '0')}` as EventId,
      eventType: 'MESSAGE_RECEIVED',
      userId: undefined,
      occurredAt: undefined,
      receivedAt: receivedAt(row),
      requestIndex: row,
      segment: 'conversation',
      payload: '{}',
      ...changes,
    }),
  );
};
