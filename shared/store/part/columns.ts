import type { AcceptedEvent, StoredEvent } from '../../domain/event.ts';
import { type ConsultationId, type EventId, formatUuid, parseUuid } from '../../domain/ids.ts';
import { type NarrowColumns, noTime, type PartColumns } from './layout.ts';
import { requireStorable, requireStorableName } from './storable.ts';
import { parseTime, renderMs } from './time.ts';

/** Gives each distinct text a code in the order of its first appearance. */
class Dictionary {
  readonly names: string[];
  readonly #member: string;
  readonly #codes = new Map<string, number>();

  constructor(member: string, ...names: string[]) {
    this.names = names;
    this.#member = member;
    for (const [code, name] of names.entries()) this.#codes.set(name, code);
  }

  codeOf(name: string): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    requireStorableName(this.#member, name);
    this.names.push(name);
    this.#codes.set(name, this.names.length - 1);
    return this.names.length - 1;
  }
}

/** More than a batch has by far; the arena is built in memory several times over, and WASM ends at 2 GiB. */
const mostPayloadLength = 128 * 1024 * 1024;

const payloadArena = (events: readonly AcceptedEvent[]): Pick<PartColumns, 'payload' | 'payloadOffset'> => {
  const payloadOffset = new BigUint64Array(events.length + 1);
  const length = events.reduce((sum, event) => sum + event.payload.length, 0);
  if (length > mostPayloadLength) throw new RangeError(`${length} characters of payload are too many for one part`);
  // Three bytes is the most that UTF-8 takes per UTF-16 code unit; one pass then encodes without measuring first.
  const arena = Buffer.allocUnsafe(length * 3);
  let at = 0;
  for (const [row, event] of events.entries()) {
    at += arena.write(event.payload, at, 'utf8');
    payloadOffset[row + 1] = BigInt(at);
  }
  return { payload: new Uint8Array(arena.buffer, arena.byteOffset, at), payloadOffset };
};

/**
 * Turns events into the columns of a part, in their order.
 * @throws RangeError when there is none, or when one would not come back exactly as it is.
 */
export const toColumns = (events: readonly AcceptedEvent[]): PartColumns => {
  const count = events.length;
  if (count === 0) throw new RangeError('a part has at least one event');
  const eventTypes = new Dictionary('event_type');
  const segments = new Dictionary('segment');
  const consultations = new Dictionary('consultation_id');
  const users = new Dictionary('user_id', '');
  const columns = {
    eventId: new Uint8Array(count * 16),
    leaf: new Uint8Array(count * 32),
    receivedAt: new BigInt64Array(count),
    occurredAt: new BigInt64Array(count).fill(noTime),
    requestIndex: new Uint32Array(count),
    eventType: new Uint32Array(count),
    segment: new Uint32Array(count),
    consultation: new Uint32Array(count),
    user: new Uint32Array(count),
  };
  let occurredAtText: string[] | undefined;
  for (const [row, event] of events.entries()) {
    requireStorable(event);
    parseUuid(event.eventId, columns.eventId, row * 16);
    columns.leaf.set(event.leaf, row * 32);
    const received = parseTime(event.receivedAt);
    if (!received.isRendered) throw new RangeError(`received_at ${event.receivedAt} cannot be stored as it is`);
    columns.receivedAt[row] = BigInt(received.ms);
    columns.requestIndex[row] = event.requestIndex;
    columns.eventType[row] = eventTypes.codeOf(event.eventType);
    columns.segment[row] = segments.codeOf(event.segment);
    columns.consultation[row] = consultations.codeOf(event.consultationId);
    columns.user[row] = users.codeOf(event.userId ?? '');
    if (event.occurredAt === undefined) continue;
    const occurred = parseTime(event.occurredAt);
    columns.occurredAt[row] = BigInt(occurred.ms);
    if (!occurred.isRendered) {
      occurredAtText ??= new Array<string>(count).fill('');
      occurredAtText[row] = event.occurredAt;
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
  return ms === noTime ? undefined : renderMs(Number(ms));
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
  receivedAt: renderMs(Number(columns.receivedAt[row])),
  requestIndex: columns.requestIndex[row] ?? 0,
  segment: nameOf(columns.segmentNames, columns.segment[row]),
  // A copy: a view would keep the whole column in memory for as long as the event is, and take it along to another thread.
  leaf: columns.leaf.slice(row * 32, row * 32 + 32),
  payload,
  position: undefined,
});
