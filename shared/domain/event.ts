import Type from 'typebox';
import type { ConsultationId, EventId } from './ids.ts';
import { eventTypePattern, limits } from './limits.ts';

/**
 * Anything but `/`, `\`, control characters, line separators, lone surrogates and the two non-characters that SQS refuses; never `.` or `..`, since ids appear in paths.
 */
export const consultationIdPattern = `^(?!\\.{1,2}$)[^/\\\\\\p{Cc}\\p{Cs}\\u2028\\u2029\\uFFFE\\uFFFF]{1,${limits.consultationIdLength}}$`;

/** No control characters and no lone surrogates: a user id is shown in lists and stored as an HDF5 string. */
export const userIdPattern = `^[^\\p{Cc}\\p{Cs}]{1,${limits.userIdLength}}$`;

/** RFC 3339 section 5.6, any precision, any offset; leap second allowed. Days of the month are checked in code. */
export const timePattern =
  '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[Tt]([01]\\d|2[0-3]):[0-5]\\d:([0-5]\\d|60)(\\.\\d+)?([Zz]|[+-]([01]\\d|2[0-3]):[0-5]\\d)$';

export const uuidPattern = '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$';

const eventMembers = {
  event_type: Type.String({ pattern: eventTypePattern, description: 'SCREAMING_SNAKE_CASE name of what happened.' }),
  payload: Type.Object(
    {},
    { additionalProperties: true, description: 'Any JSON object; stored byte for byte as sent.' },
  ),
  user_id: Type.Optional(Type.String({ pattern: userIdPattern, description: 'Who caused the event.' })),
  occurred_at: Type.Optional(
    Type.String({
      pattern: timePattern,
      maxLength: limits.timeLength,
      description: 'RFC 3339 time of the event, kept as sent.',
    }),
  ),
  event_id: Type.Optional(
    Type.String({
      pattern: uuidPattern,
      description: 'The identity of the event within its consultation; made when absent.',
    }),
  ),
};

const consultationIdSchema = Type.String({
  pattern: consultationIdPattern,
  description: 'The consultation that the event belongs to.',
});

/** The body of `POST /consultations/{id}/events`; `consultation_id` may be repeated and must then agree with the path. */
export const eventOfPathSchema = Type.Object(
  { ...eventMembers, consultation_id: Type.Optional(consultationIdSchema) },
  { additionalProperties: false },
);

/** One event of `POST /events`, where nothing but the event names its consultation. */
export const eventSchema = Type.Object(
  { ...eventMembers, consultation_id: consultationIdSchema },
  { additionalProperties: false },
);

export { consultationIdSchema };

/** What a client sends, as parsed; the payload's bytes are cut out of the text beside it. */
export type SentEvent = Type.Static<typeof eventOfPathSchema>;

/** An event after INGEST: valid, normalised, with its id and the text of its payload exactly as sent. */
export interface IngestedEvent {
  readonly consultationId: ConsultationId;
  /** Lower case. */
  readonly eventId: EventId;
  readonly eventType: string;
  readonly userId: string | undefined;
  /** RFC 3339, as sent. */
  readonly occurredAt: string | undefined;
  /** RFC 3339 in UTC with three decimals, e.g. `2026-11-23T10:11:12.345Z`: when the request was read. */
  readonly receivedAt: string;
  /** Where in its request the event stood, from 0: the last key of the order that `seal` gives. */
  readonly requestIndex: number;
  /**
   * The payload's JSON text as sent. It came out of valid UTF-8, so encoding it gives the same bytes again. Where the event is stored
   * encrypted, that of `encrypted-payload.ts` from PERSIST on, with the user id in it.
   */
  readonly payload: string;
}

/** An event after SEGMENT. */
export interface SegmentedEvent extends IngestedEvent {
  readonly segment: string;
}

/** An event after HASH: what a pack carries and a part stores. */
export interface AcceptedEvent extends SegmentedEvent {
  /** SHA-256 leaf hash, 32 bytes, see `leaf.ts`. */
  readonly leaf: Uint8Array;
}

/** An event as a reader gets it. */
export interface StoredEvent extends AcceptedEvent {
  /** The index in the Merkle log; absent until sealed. */
  readonly position: number | undefined;
  /** When its consultation was erased, RFC 3339: nobody can read its payload and its user id any more. */
  readonly erasedAt?: string;
}
