/**
 * Every limit of the product, one number each. `README.md` shows this table; a test keeps the two equal.
 * Byte limits count UTF-8 bytes on the wire, never UTF-16 code units.
 */
export const limits = {
  /** SQS's largest message and largest batch call, in bytes (AWS raised both to 1 MiB in August 2025). */
  messageBytes: 1_048_576,
  /** SQS's most entries in one batch call. */
  entriesPerCall: 10,
  /** Most characters of a consultation id. */
  consultationIdLength: 128,
  /** Most characters of an event type; its pattern is {@link eventTypePattern}. */
  eventTypeLength: 64,
  /** Most characters of a user id. */
  userIdLength: 256,
  /** Most characters of an RFC 3339 time: nanoseconds and an offset fit twice over. */
  timeLength: 64,
  /** Deepest nesting of objects and arrays in a payload; the payload object itself is depth 1. */
  payloadDepth: 100,
  /** Most events of one request, since its answer names each of them. */
  eventsPerRequest: 100_000,
  /** Most events of one page that `GET .../events` answers. */
  pageEvents: 1_000,
  /** Events of a page when `limit` is not given. */
  pageEventsDefault: 100,
  /** Most letters of one page of quarantine, and of one call that retries or discards: it must end before a gateway gives up. */
  pageLetters: 100,
  /** Most characters of the note that says why letters were discarded or retried. */
  noteLength: 1_000,
  /** Most characters of an `Idempotency-Key` header. */
  idempotencyKeyLength: 255,
  /** Most characters of a request target (path and query). */
  requestTargetLength: 8_192,
} as const;

/** `SCREAMING_SNAKE_CASE`, as the report's event types are written. */
export const eventTypePattern = `^[A-Z][A-Z0-9_]{0,${limits.eventTypeLength - 1}}$`;
