/**
 * A pack is the text of one queue message that carries one or many events, version 1:
 *
 * ```
 * FI1
 * #{"c":"consultation-7","i":"0190…","t":"NOTE_ADDED","r":"2026-…Z","n":0,"s":"clinical","h":"…","l":17}
 * {"text": "hello"}
 * #{…the next envelope…}
 * {…its payload…}
 * ```
 *
 * A record is `#`, the envelope as JSON on one line, a newline, the payload's text as sent, and a newline. No line of JSON
 * text begins with `#`, so a payload with newlines of its own can never be taken for the next record, damaged or not.
 */
export const packHeader = 'FI1\n';

/** Begins every record. */
export const recordMark = '#';

/** Tells a pack of another version from a text that is no pack at all. */
export const anyPackHeader = /^FI\d+\n/;

/**
 * Whether JSON text has what SQS refuses in a message body, lone surrogates aside (`String.isWellFormed` finds those faster): JSON
 * leaves no control character but white space, which SQS takes, so that these two are left. Text of one byte a character can't
 * have them, which the engine knows without a look at it; a regular expression over all that SQS refuses took 0.7 us an event.
 */
export const isRefusedBySqs = (json: string): boolean => json.includes('\uFFFE') || json.includes('\uFFFF');

/** The envelope's members, in their order; one that is undefined is left out. They are short since they repeat with every event, and never change their meaning. */
export interface Envelope {
  /** `consultation_id` */
  readonly c: string;
  /** `event_id`, lower case */
  readonly i: string;
  /** `event_type` */
  readonly t: string;
  /** `user_id` */
  readonly u: string | undefined;
  /** `occurred_at`, as sent */
  readonly o: string | undefined;
  /** `received_at` */
  readonly r: string;
  /** The index of the event in its request. */
  readonly n: number;
  /** The segment. */
  readonly s: string;
  /** The leaf hash, base64url. */
  readonly h: string;
  /** Length of the payload's text in the pack, in UTF-16 code units. */
  readonly l: number;
  /** 1 when the payload stands there as one JSON string, since its own text has characters that SQS refuses. */
  readonly x: 1 | undefined;
}

/**
 * The JSON text of a value, of characters that SQS takes: `JSON.stringify` escapes control characters and lone surrogates,
 * but leaves the two non-characters that SQS refuses.
 */
export const quote = (value: string | Envelope): string => {
  const quoted = JSON.stringify(value);
  return isRefusedBySqs(quoted) ? quoted.replaceAll('\uFFFE', '\\ufffe').replaceAll('\uFFFF', '\\uffff') : quoted;
};
