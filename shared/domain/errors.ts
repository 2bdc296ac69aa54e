/**
 * Every error that crosses a boundary. Each has a `tag` to tell it by, typed fields, and a message that says what to do.
 * `status` is the HTTP status that the chain answers with; errors without one are programming errors and become a 500.
 */
abstract class TaggedError<Tag extends string> extends Error {
  abstract readonly tag: Tag;
  override get name(): string {
    return this.tag;
  }
}

/** A member of the request is wrong, missing or unknown. */
export class InvalidField extends TaggedError<'InvalidField'> {
  readonly tag = 'InvalidField';
  readonly status = 400;
  /** Dotted path of the member, e.g. `event_type`, `payload`, `limit`, `Idempotency-Key`. */
  readonly field: string;
  readonly reason: string;
  constructor(field: string, reason: string, options?: ErrorOptions) {
    super(`${field}: ${reason}`, options);
    this.field = field;
    this.reason = reason;
  }
}

/** The body is not what its content type says: broken JSON, invalid UTF-8, nothing at all. */
export class MalformedBody extends TaggedError<'MalformedBody'> {
  readonly tag = 'MalformedBody';
  readonly status = 400;
  readonly field = 'body';
}

export class BodyTooLarge extends TaggedError<'BodyTooLarge'> {
  readonly tag = 'BodyTooLarge';
  readonly status = 413;
  readonly field = 'body';
  readonly limitBytes: number;
  constructor(limitBytes: number, options?: ErrorOptions) {
    super(`The body is larger than ${limitBytes} bytes: send the events in several requests.`, options);
    this.limitBytes = limitBytes;
  }
}

/** One event is too large for its segment's policy, or for any message. */
export class EventTooLarge extends TaggedError<'EventTooLarge'> {
  readonly tag = 'EventTooLarge';
  readonly status = 413;
  readonly field = 'payload';
  readonly sizeBytes: number;
  readonly limitBytes: number;
  constructor(sizeBytes: number, limitBytes: number, options?: ErrorOptions) {
    super(
      `payload: the event takes ${sizeBytes} bytes of at most ${limitBytes}: split it into several events.`,
      options,
    );
    this.sizeBytes = sizeBytes;
    this.limitBytes = limitBytes;
  }
}

export class UnsupportedMediaType extends TaggedError<'UnsupportedMediaType'> {
  readonly tag = 'UnsupportedMediaType';
  readonly status = 415;
  readonly field = 'Content-Type';
}

export class RouteNotFound extends TaggedError<'RouteNotFound'> {
  readonly tag = 'RouteNotFound';
  readonly status = 404;
}

export class MethodNotAllowed extends TaggedError<'MethodNotAllowed'> {
  readonly tag = 'MethodNotAllowed';
  readonly status = 405;
  readonly allow: readonly string[];
  constructor(method: string, allow: readonly string[], options?: ErrorOptions) {
    super(`${method} is not allowed here: use ${allow.join(' or ')}.`, options);
    this.allow = allow;
  }
}

export class EventNotFound extends TaggedError<'EventNotFound'> {
  readonly tag = 'EventNotFound';
  readonly status = 404;
  readonly field = 'event_id';
}

export class LetterNotFound extends TaggedError<'LetterNotFound'> {
  readonly tag = 'LetterNotFound';
  readonly status = 404;
  readonly field = 'letter_id';
}

/** The event is stored, and what was asked for needs its position, which it does not have yet. */
export class EventNotSealed extends TaggedError<'EventNotSealed'> {
  readonly tag = 'EventNotSealed';
  readonly status = 409;
  readonly field = 'event_id';
  readonly retryAfterSeconds = 10;
}

/** The event was stored, and its retention is over: it was dropped for good, and is never stored again. */
export class EventExpired extends TaggedError<'EventExpired'> {
  readonly tag = 'EventExpired';
  readonly status = 410;
  readonly field = 'event_id';
  /** When it was dropped (RFC 3339). */
  readonly expiredAt: string;
  constructor(
    eventId: string,
    by: { readonly segment: string; readonly retentionDays: number; readonly expiredAt: string },
    options?: ErrorOptions,
  ) {
    super(
      `event_id: the event ${eventId} was dropped at ${by.expiredAt}: the segment ${by.segment} is kept for ${by.retentionDays} days. Its hash stays in the log, and its proof can be had.`,
      options,
    );
    this.expiredAt = by.expiredAt;
  }
}

/** The consultation was erased: what it had can't be read any more, and nothing new is taken. */
export class ConsultationErased extends TaggedError<'ConsultationErased'> {
  readonly tag = 'ConsultationErased';
  readonly status = 410;
  readonly field = 'consultation_id';
}

export class Unauthenticated extends TaggedError<'Unauthenticated'> {
  readonly tag = 'Unauthenticated';
  readonly status = 401;
  readonly field = 'Authorization';
}

export class Forbidden extends TaggedError<'Forbidden'> {
  readonly tag = 'Forbidden';
  readonly status = 403;
}

/** The client did not send its request in time. */
export class RequestTimeout extends TaggedError<'RequestTimeout'> {
  readonly tag = 'RequestTimeout';
  readonly status = 408;
}

/** The queue cannot be reached or cannot write: nothing was accepted. */
export class QueueUnavailable extends TaggedError<'QueueUnavailable'> {
  readonly tag = 'QueueUnavailable';
  readonly status = 503;
  readonly retryAfterSeconds: number;
  constructor(message: string, options?: ErrorOptions & { retryAfterSeconds?: number }) {
    super(message, options);
    this.retryAfterSeconds = options?.retryAfterSeconds ?? 5;
  }
}

/** More waits in the queue than the consumer is allowed to owe: slow down. */
export class QueueFull extends TaggedError<'QueueFull'> {
  readonly tag = 'QueueFull';
  readonly status = 429;
  readonly retryAfterSeconds: number;
  constructor(message: string, options?: ErrorOptions & { retryAfterSeconds?: number }) {
    super(message, options);
    this.retryAfterSeconds = options?.retryAfterSeconds ?? 5;
  }
}

/** The store cannot be written or read for now: full, unmounted, not permitted. Messages stay in the queue. */
export class StoreUnavailable extends TaggedError<'StoreUnavailable'> {
  readonly tag = 'StoreUnavailable';
  readonly status = 503;
  readonly retryAfterSeconds: number;
  constructor(message: string, options?: ErrorOptions & { retryAfterSeconds?: number }) {
    super(message, options);
    this.retryAfterSeconds = options?.retryAfterSeconds ?? 10;
  }
}

/** The host is going down and takes no new requests. */
export class ShuttingDown extends TaggedError<'ShuttingDown'> {
  readonly tag = 'ShuttingDown';
  readonly status = 503;
  readonly retryAfterSeconds = 2;
}

/** A function was invoked with something that no gateway of ours sends. */
export class UnknownEvent extends TaggedError<'UnknownEvent'> {
  readonly tag = 'UnknownEvent';
}

/** A file of the store is not what its format says. */
export class PartDamaged extends TaggedError<'PartDamaged'> {
  readonly tag = 'PartDamaged';
  readonly path: string;
  readonly reason: string;
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}. Restore the file from a backup; it is never rewritten in place.`, options);
    this.path = path;
    this.reason = reason;
  }
}

/**
 * A file of the log is not what it must be: altered, missing between others, or of another history. Nothing is sealed on
 * top of it.
 */
export class LogDamaged extends TaggedError<'LogDamaged'> {
  readonly tag = 'LogDamaged';
  /** Relative to the store's folder. */
  readonly path: string;
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}. Restore the file from a backup; "fi verify" tells what else is wrong.`, options);
    this.path = path;
  }
}

/** A file of the index of consultations is not what its format says. It can be done without: reads look into the parts instead. */
export class SpanDamaged extends TaggedError<'SpanDamaged'> {
  readonly tag = 'SpanDamaged';
  /** Relative to the store's folder. */
  readonly path: string;
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(
      `${path}: ${reason}. Restore the file from a backup, or remove it: reads take longer without, and lack nothing.`,
      options,
    );
    this.path = path;
  }
}

/** A run of the index of known ids is not what its format says. Unlike a part it can't be made again: it also knows the ids of what was erased. */
export class RunDamaged extends TaggedError<'RunDamaged'> {
  readonly tag = 'RunDamaged';
  readonly path: string;
  /** The page of the file where the damage is, from 0; see docs/INDEX_FORMAT.md. */
  readonly page: number;
  constructor(path: string, page: number, reason: string, options?: ErrorOptions) {
    super(`${path}, page ${page}: ${reason}. Restore the file from a backup; it is never rewritten in place.`, options);
    this.path = path;
    this.page = page;
  }
}

/** Two runs of the index hold the same id with different contents: a sealer added an id without looking it up. */
export class RunsDisagree extends TaggedError<'RunsDisagree'> {
  readonly tag = 'RunsDisagree';
  /** The id's key in hexadecimal digits. */
  readonly key: string;
  readonly paths: readonly string[];
  constructor(key: string, paths: readonly string[], options?: ErrorOptions) {
    super(
      `${paths.join(' and ')} hold the key ${key} with different contents: stop sealing, and restore from a backup whichever was altered.`,
      options,
    );
    this.key = key;
    this.paths = paths;
  }
}

/** The log is shorter than, or another than, the one of a checkpoint that was signed before. */
export class LogInconsistent extends TaggedError<'LogInconsistent'> {
  readonly tag = 'LogInconsistent';
}

/** A key, a signed note, a checkpoint or a proof is not written as its format says. */
export class MalformedNote extends TaggedError<'MalformedNote'> {
  readonly tag = 'MalformedNote';
}

/** A note is well formed, and not signed by a key that is trusted here. */
export class UntrustedNote extends TaggedError<'UntrustedNote'> {
  readonly tag = 'UntrustedNote';
}

/** The store's file system lacks what publishing needs: no retry helps. */
export class StoreUnsuitable extends TaggedError<'StoreUnsuitable'> {
  readonly tag = 'StoreUnsuitable';
}

/** A record of the key store is not what its format says. */
export class KeyRecordDamaged extends TaggedError<'KeyRecordDamaged'> {
  readonly tag = 'KeyRecordDamaged';
  readonly path: string;
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(
      `${path}: ${reason}. Restore the file from a backup of the key store, unless its consultation was erased.`,
      options,
    );
    this.path = path;
  }
}

/** An encrypted event can't be read, and its consultation was not erased: its key was lost, or is elsewhere. */
export class KeyMissing extends TaggedError<'KeyMissing'> {
  readonly tag = 'KeyMissing';
  readonly consultationId: string;
  constructor(consultationId: string, reason: string, options?: ErrorOptions) {
    super(
      `The key of the consultation ${consultationId} ${reason}: set FI_KEY_STORE_DIR to its folder, or restore it from a backup; "fi erase" if it is gone for good.`,
      options,
    );
    this.consultationId = consultationId;
  }
}

/** A setting is unknown or has a wrong value; the start stops. */
export class InvalidSetting extends TaggedError<'InvalidSetting'> {
  readonly tag = 'InvalidSetting';
  /** One line a problem, each naming its setting. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options);
    this.problems = problems;
  }
}

/** Why an event cannot be stored, as quarantine shows it; `undeliverable` is what no delivery of the queue could finish. */
export const quarantineReasons = [
  'undecodable_pack',
  'unknown_pack_version',
  'undecodable_event',
  'hash_mismatch',
  'conflict',
  'unwritable_event',
  'undeliverable',
] as const;
export type QuarantineReason = (typeof quarantineReasons)[number];

/** An event or a pack that no retry can store. */
export class Poison extends TaggedError<'Poison'> {
  readonly tag = 'Poison';
  readonly reason: QuarantineReason;
  constructor(reason: QuarantineReason, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.reason = reason;
  }
}

/** The errors that HTTP answers as themselves. */
export type HttpError =
  | InvalidField
  | MalformedBody
  | BodyTooLarge
  | EventTooLarge
  | UnsupportedMediaType
  | RouteNotFound
  | MethodNotAllowed
  | EventNotFound
  | EventNotSealed
  | EventExpired
  | LetterNotFound
  | ConsultationErased
  | Unauthenticated
  | Forbidden
  | RequestTimeout
  | QueueUnavailable
  | QueueFull
  | StoreUnavailable
  | ShuttingDown;

/** Tells the errors that have an HTTP status of their own from the unexpected ones. */
export const isHttpError = (error: unknown): error is HttpError =>
  error instanceof TaggedError && 'status' in error && typeof error.status === 'number';
