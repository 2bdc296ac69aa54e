import { isEncrypted, parseEncrypted } from '../../domain/encrypted-payload.ts';
import { Poison, type QuarantineReason } from '../../domain/errors.ts';
import { type AcceptedEvent, consultationIdPattern, timePattern, userIdPattern } from '../../domain/event.ts';
import type { ConsultationId, EventId } from '../../domain/ids.ts';
import type { LetterForm } from '../../domain/letter.ts';
import { eventTypePattern } from '../../domain/limits.ts';
import { anyPackHeader, type Envelope, packHeader, recordMark } from './format.ts';

/** A record that can't be read, or an event that can't be stored. */
export interface PoisonRecord {
  readonly reason: QuarantineReason;
  /** Why, for a person. Never carries text of the payload. */
  readonly detail: string;
  /** Whether `record` is one of a pack, or a whole message that could not be told apart. */
  readonly form: LetterForm;
  /** As it stood in the pack or message. */
  readonly record: string;
  readonly consultationId?: string;
  readonly eventId?: string;
}

export interface DecodedPack {
  /** In the order of the pack. Their leaves are as carried, not yet compared with their bytes. */
  readonly events: readonly AcceptedEvent[];
  readonly poison: readonly PoisonRecord[];
}

const lowerCaseUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const consultationIdForm = new RegExp(consultationIdPattern, 'u');
const eventTypeForm = new RegExp(eventTypePattern);
const userIdForm = new RegExp(userIdPattern, 'u');
const timeForm = new RegExp(timePattern);
const leafForm = /^[\w-]{43}$/;

const isConsultationId = (value: unknown): value is ConsultationId =>
  typeof value === 'string' && consultationIdForm.test(value);
const isEventId = (value: unknown): value is EventId => typeof value === 'string' && lowerCaseUuid.test(value);
const isTime = (value: unknown): value is string => typeof value === 'string' && timeForm.test(value);
const isEventType = (value: unknown): value is string => typeof value === 'string' && eventTypeForm.test(value);
const isUserId = (value: unknown): value is string => typeof value === 'string' && userIdForm.test(value);
const isSegment = (value: unknown): value is string => typeof value === 'string' && value.length > 0;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

type Members = Readonly<Partial<Record<keyof Envelope, unknown>>>;

/** Says whether this is a JSON object; its members are checked one by one. */
const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const undecodable = (detail: string): Poison => new Poison('undecodable_event', detail);

const parseJson = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Poison('undecodable_event', `${what} is not JSON`, { cause: error });
  }
};

const payloadText = (members: Members, text: string): string => {
  if (text.length !== members.l) throw undecodable('the payload has not the length that its envelope names');
  // A letter that is tried again may hold an event as it is stored.
  if (isEncrypted(text) && parseEncrypted(text) === undefined)
    throw undecodable('the payload is encrypted in no known way');
  if (members.x === undefined) return text;
  const unescaped = members.x === 1 ? parseJson(text, 'the escaped payload') : undefined;
  if (typeof unescaped !== 'string') throw undecodable('the payload is escaped in a way that is not known');
  return unescaped;
};

const eventOf = (members: Members, text: string): AcceptedEvent => {
  const { c, i, t, u, o, r, n, s, h } = members;
  if (!isConsultationId(c)) throw undecodable('the consultation id is not one');
  if (!isEventId(i)) throw undecodable('the event id is not a lower-case UUID');
  if (!isEventType(t)) throw undecodable('the event type is not one');
  if (!isSegment(s)) throw undecodable('the segment is missing');
  if (u !== undefined && !isUserId(u)) throw undecodable('the user id is not one');
  if (o !== undefined && !isTime(o)) throw undecodable('occurred_at is not an RFC 3339 time');
  if (!isTime(r)) throw undecodable('received_at is not an RFC 3339 time');
  if (!isCount(n)) throw undecodable('the request index is not a count');
  if (typeof h !== 'string' || !leafForm.test(h)) throw undecodable('the leaf is not 32 bytes of base64url');
  return {
    consultationId: c,
    eventId: i,
    eventType: t,
    userId: u,
    occurredAt: o,
    receivedAt: r,
    requestIndex: n,
    payload: payloadText(members, text),
    segment: s,
    leaf: Buffer.from(h, 'base64url'),
  };
};

const membersOf = (record: string): { members: Members; payloadAt: number } => {
  const lineEnd = record.indexOf('\n');
  if (!record.startsWith(recordMark) || lineEnd === -1) throw undecodable('the record has no envelope');
  const members = parseJson(record.slice(recordMark.length, lineEnd), 'the envelope');
  if (!isObject(members)) throw undecodable('the envelope is not an object');
  return { members, payloadAt: lineEnd + 1 };
};

/**
 * Reads one record, with its last newline unless the pack was cut off there.
 * @throws Poison with `undecodable_event`.
 */
export const decodeRecord = (record: string): AcceptedEvent => {
  const { members, payloadAt } = membersOf(record);
  return eventOf(members, record.slice(payloadAt, record.endsWith('\n') ? -1 : undefined));
};

/** Where the record that begins at `from` ends: behind the newline before the next mark, or at the end. */
const recordEnd = (body: string, from: number): number => {
  const next = body.indexOf(`\n${recordMark}`, from);
  return next === -1 ? body.length : next + 1;
};

/**
 * The texts of a pack's records, damaged ones too; none when it has none.
 * @throws Poison with `unknown_pack_version` or `undecodable_pack` when this is no pack that can be read.
 */
export const recordsOf = (body: string): readonly string[] => {
  if (!body.startsWith(packHeader)) {
    throw anyPackHeader.test(body)
      ? new Poison('unknown_pack_version', 'the pack was written by a version that this one does not know')
      : new Poison('undecodable_pack', 'the message is not a pack');
  }
  const records: string[] = [];
  for (let from = packHeader.length, end = 0; from < body.length; from = end) {
    end = recordEnd(body, from);
    records.push(body.slice(from, end));
  }
  return records;
};

/**
 * Takes a pack apart. A damaged record becomes a poison entry and leaves those beside it alone.
 * @throws Poison with `unknown_pack_version` or `undecodable_pack` when nothing of it can be read.
 */
export const decodePack = (body: string): DecodedPack => {
  const records = recordsOf(body);
  if (records.length === 0) throw new Poison('undecodable_pack', 'the pack is empty');
  const events: AcceptedEvent[] = [];
  const poison: PoisonRecord[] = [];
  for (const record of records) {
    try {
      events.push(decodeRecord(record));
    } catch (error) {
      if (!(error instanceof Poison)) throw error;
      poison.push({ reason: error.reason, detail: error.message, form: 'record', record });
    }
  }
  return { events, poison };
};
