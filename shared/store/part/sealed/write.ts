import type { AcceptedEvent } from '../../../domain/event.ts';
import { parseUuid } from '../../../domain/ids.ts';
import type { Compression } from '../../port.ts';
import { requireStorable } from '../storable.ts';
import { parseTime } from '../time.ts';
import { SealedPartBuilder } from './builder.ts';
import { type RenderedPart, type SealedPartHeader, windowPositions } from './layout.ts';
import { orderOfWindow, ranksOf } from './row-order.ts';
import { type Mutable, newSealedRow, noTime, type SealedRow } from './sealed-row.ts';

/** An event with its place in the log. */
export interface PositionedEvent {
  readonly event: AcceptedEvent;
  /** Position less the base that the commit gives; 0 to 2^32 - 1. */
  readonly positionOffset: number;
}

/** Events on their way into a part, in any order. */
export interface SealedRows {
  readonly count: number;
  consultation(index: number): string;
  positionOffset(index: number): number;
  /** The event as the columns hold it; good until the next call. @throws RangeError when they can't */
  row(index: number): SealedRow;
}

const setTime = (row: Mutable<SealedRow>, text: string | undefined): void => {
  row.occurredAt = noTime;
  row.occurredAtText = '';
  if (text === undefined) return;
  const { ms, isRendered } = parseTime(text);
  row.occurredAt = Uint32Array.of(ms, Math.floor(ms / 2 ** 32));
  if (!isRendered) row.occurredAtText = text;
};

const rowOf = ({ event, positionOffset }: PositionedEvent): SealedRow => {
  const received = parseTime(event.receivedAt);
  if (!received.isRendered) throw new RangeError(`received_at ${event.receivedAt} cannot be stored as it is`);
  const row = newSealedRow();
  parseUuid(event.eventId, new Uint8Array(row.eventId.buffer));
  row.consultation = event.consultationId;
  row.eventType = event.eventType;
  row.user = event.userId ?? '';
  row.positionOffset = positionOffset;
  row.requestIndex = event.requestIndex;
  row.receivedAtMs = received.ms;
  setTime(row, event.occurredAt);
  row.payload = Buffer.from(event.payload, 'utf8');
  row.payloadTo = row.payload.length;
  return row;
};

const requireSealable = (event: AcceptedEvent, header: SealedPartHeader, positionOffset: number): void => {
  requireStorable(event);
  if (event.segment !== header.segment) throw new RangeError(`event ${event.eventId} is of segment ${event.segment}`);
  if (!event.receivedAt.startsWith(header.day)) {
    throw new RangeError(`event ${event.eventId} was not received on ${header.day}`);
  }
  if (!Number.isInteger(positionOffset) || positionOffset < 0 || positionOffset > 0xffff_ffff) {
    throw new RangeError(`event ${event.eventId}: its position offset ${positionOffset} cannot be stored`);
  }
};

/** The rows of each window, which are the windows' in their order. */
const windowsOf = (rows: SealedRows): readonly (readonly number[])[] => {
  const windows = new Map<number, number[]>();
  for (let index = 0; index < rows.count; index++) {
    const window = Math.floor(rows.positionOffset(index) / windowPositions);
    const members = windows.get(window);
    if (members) members.push(index);
    else windows.set(window, [index]);
  }
  return [...windows].sort(([left], [right]) => left - right).map(([, members]) => members);
};

/** The order of a window's rows in a part. @throws RangeError when two hold one position */
const orderOf = (rows: SealedRows, members: readonly number[]): Uint32Array => {
  const ranks = ranksOf(consultationsOf(rows, members));
  const rankOf = new Uint32Array(members.length);
  const offsets = new Float64Array(members.length);
  let [consultation, rank]: [string | undefined, number] = [undefined, 0];
  for (let member = 0; member < members.length; member++) {
    const index = members[member] ?? 0;
    const own = rows.consultation(index);
    if (own !== consultation) [consultation, rank] = [own, ranks.get(own) ?? 0];
    rankOf[member] = rank;
    offsets[member] = rows.positionOffset(index);
  }
  return orderOfWindow(rankOf, offsets);
};

/** Each consultation of some rows, some of them several times. */
function* consultationsOf(rows: SealedRows, members: readonly number[]): Generator<string> {
  let last: string | undefined;
  for (const index of members) {
    const consultation = rows.consultation(index);
    if (consultation !== last) yield consultation;
    last = consultation;
  }
}

/**
 * Renders a sealed part.
 * @throws RangeError when there is no event, when two hold one position, or when one would not come back exactly as it is.
 */
export const renderSealedPart = async (
  rows: SealedRows,
  header: SealedPartHeader,
  compression: Compression,
): Promise<RenderedPart> => {
  const builder = new SealedPartBuilder(compression);
  for (const members of windowsOf(rows)) {
    for (const member of orderOf(rows, members)) {
      builder.append(rows.row(members[member] ?? 0));
      if (builder.isBusy) await builder.settle();
    }
  }
  return builder.finish(header);
};

/**
 * The same of events that are there as objects.
 * @throws as {@link renderSealedPart} does.
 */
export const writeSealedPart = async (
  events: readonly PositionedEvent[],
  header: SealedPartHeader,
  compression: Compression,
): Promise<RenderedPart> => {
  for (const { event, positionOffset } of events) requireSealable(event, header, positionOffset);
  const at = (index: number): PositionedEvent => {
    const event = events[index];
    if (event === undefined) throw new RangeError(`there is no event ${index}`);
    return event;
  };
  const rows: SealedRows = {
    count: events.length,
    consultation: (index) => at(index).event.consultationId,
    positionOffset: (index) => at(index).positionOffset,
    row: (index) => rowOf(at(index)),
  };
  return renderSealedPart(rows, header, compression);
};
