import type { AcceptedEvent, StoredEvent } from '../../domain/event.ts';
import { type ConsultationId, type EventId, formatUuid, parseUuid } from '../../domain/ids.ts';
import { type NarrowColumns, noTime, type PartColumns } from './layout.ts';

/** Gives each distinct text a code in the order of its first appearance. */
class Dictionary {
  readonly names: string[];
  readonly #codes = new Map<string, number>();

  constructor(...names: string[]) {
    this.names = names;
    for (const [code, name] of names.entries()) this.#codes.set(name, code);
  }

  codeOf(name: string): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    this.names.push(name);
    this.#codes.set(name, this.names.length - 1);
    return this.names.length - 1;
  }
}

/** The milliseconds of a time whose text is exactly `YYYY-MM-DDTHH:MM:SS.mmmZ`, else undefined: then the text itself is kept. */
const canonicalMs = (text: string): number | undefined => {
  if (text.length !== 24) return undefined;
  const ms = Date.parse(text);
  return Number.isFinite(ms) && new Date(ms).toISOString() === text ? ms : undefined;
};

const payloadArena = (events: readonly AcceptedEvent[]): Pick<PartColumns, 'payload' | 'payloadOffset'> => {
  const payloadOffset = new BigUint64Array(events.length + 1);
  // Three bytes is the most that UTF-8 takes per UTF-16 code unit; one pass then encodes without measuring first.
  const arena = Buffer.allocUnsafe(events.reduce((most, event) => most + event.payload.length * 3, 0));
  let at = 0;
  for (const [row, event] of events.entries()) {
    at += arena.write(event.payload, at, 'utf8');
    payloadOffset[row + 1] = BigInt(at);
  }
  return { payload: new Uint8Array(arena.buffer, arena.byteOffset, at), payloadOffset };
};

/** Turns events into the columns of a part, in their order. There must be at least one. */
export const toColumns = (events: readonly AcceptedEvent[]): PartColumns => {
  const count = events.length;
  const [eventTypes, segments, consultations, users] = [
    new Dictionary(),
    new Dictionary(),
    new Dictionary(),
    new Dictionary(''),
  ];
  const columns = {
    eventId: new Uint8Array(count * 16),
    leaf: new Uint8Array(count * 32),
    receivedAt: new BigInt64Array(count),
    occurredAt: new BigInt64Array(count).fill(noTime),
    requestIndex: new Uint32Array(count),
    eventType: new Uint16Array(count),
    segment: new Uint16Array(count),
    consultation: new Uint32Array(count),
    user: new Uint32Array(count),
  };
  let occurredAtText: string[] | undefined;
  for (const [row, event] of events.entries()) {
    parseUuid(event.eventId, columns.eventId, row * 16);
    columns.leaf.set(event.leaf, row * 32);
    columns.receivedAt[row] = BigInt(Date.parse(event.receivedAt));
    columns.requestIndex[row] = event.requestIndex;
    columns.eventType[row] = eventTypes.codeOf(event.eventType);
    columns.segment[row] = segments.codeOf(event.segment);
    columns.consultation[row] = consultations.codeOf(event.consultationId);
    columns.user[row] = users.codeOf(event.userId ?? '');
    if (event.occurredAt === undefined) continue;
    const ms = canonicalMs(event.occurredAt);
    if (ms === undefined) {
      occurredAtText ??= new Array<string>(count).fill('');
      occurredAtText[row] = event.occurredAt;
    } else {
      columns.occurredAt[row] = BigInt(ms);
    }
  }
  return {
    count,
    ...payloadArena(events),
    ...columns,
    occurredAtText,
    eventTypeNames: eventTypes.names,
    segmentNames: segments.names,
    consultationNames: consultations.names,
    userNames: users.names,
  };
};

const nameOf = (names: readonly string[], code: number | undefined): string => {
  const name = code === undefined ? undefined : names[code];
  if (name === undefined) throw new RangeError(`code ${code} has no name among ${names.length}`);
  return name;
};

const occurredAtOf = (columns: NarrowColumns, row: number): string | undefined => {
  const text = columns.occurredAtText?.[row];
  if (text) return text;
  const ms = columns.occurredAt[row] ?? noTime;
  return ms === noTime ? undefined : new Date(Number(ms)).toISOString();
};

/**
 * One row as an event; `payload` is its JSON text.
 * @throws RangeError when a code points outside its dictionary, or a time is none: the part is damaged.
 */
export const eventOfRow = (columns: NarrowColumns, row: number, payload: string): StoredEvent => ({
  consultationId: nameOf(columns.consultationNames, columns.consultation[row]) as ConsultationId,
  eventId: formatUuid(columns.eventId, row * 16) as EventId,
  eventType: nameOf(columns.eventTypeNames, columns.eventType[row]),
  userId: nameOf(columns.userNames, columns.user[row]) || undefined,
  occurredAt: occurredAtOf(columns, row),
  receivedAt: new Date(Number(columns.receivedAt[row])).toISOString(),
  requestIndex: columns.requestIndex[row] ?? 0,
  segment: nameOf(columns.segmentNames, columns.segment[row]),
  leaf: columns.leaf.subarray(row * 32, row * 32 + 32),
  payload,
  position: undefined,
});
