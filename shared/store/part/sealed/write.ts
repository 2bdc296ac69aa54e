import type { AcceptedEvent } from '../../../domain/event.ts';
import { parseUuid } from '../../../domain/ids.ts';
import type { Compression } from '../../port.ts';
import { requireStorable } from '../storable.ts';
import { parseTime } from '../time.ts';
import { SealedPartBuilder, type SealedRow } from './builder.ts';
import { noTimeHigh, type RenderedPart, type SealedPartHeader, windowPositions } from './layout.ts';
import { orderOfWindow, ranksOf } from './row-order.ts';

const noTime = Uint32Array.of(0, noTimeHigh);

/** An event with its place in the log. */
export interface PositionedEvent {
  readonly event: AcceptedEvent;
  /** Position less the base that the commit gives; 0 to 2^32 - 1. */
  readonly positionOffset: number;
}

const timeOf = (text: string | undefined) => {
  if (text === undefined) return { occurredAt: noTime, occurredAtAt: 0, occurredAtText: '' };
  const { ms, isRendered } = parseTime(text);
  const occurredAt = Uint32Array.of(ms, Math.floor(ms / 2 ** 32));
  return { occurredAt, occurredAtAt: 0, occurredAtText: isRendered ? '' : text };
};

const rowOf = ({ event, positionOffset }: PositionedEvent): SealedRow => {
  const received = parseTime(event.receivedAt);
  if (!received.isRendered) throw new RangeError(`received_at ${event.receivedAt} cannot be stored as it is`);
  const eventId = new Uint32Array(4);
  parseUuid(event.eventId, new Uint8Array(eventId.buffer));
  return {
    consultation: event.consultationId,
    eventType: event.eventType,
    user: event.userId ?? '',
    positionOffset,
    requestIndex: event.requestIndex,
    eventId,
    eventIdAt: 0,
    receivedAtMs: received.ms,
    ...timeOf(event.occurredAt),
    payload: Buffer.from(event.payload, 'utf8'),
  };
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

/**
 * Renders a sealed part of these events, given in any order.
 * @throws RangeError when there is none, when two hold one position, or when one would not come back exactly as it is.
 */
export const writeSealedPart = async (
  events: readonly PositionedEvent[],
  header: SealedPartHeader,
  compression: Compression,
): Promise<RenderedPart> => {
  const builder = new SealedPartBuilder(compression);
  const windows = Map.groupBy(events, ({ positionOffset }) => Math.floor(positionOffset / windowPositions));
  for (const window of [...windows.keys()].sort((left, right) => left - right)) {
    const members = windows.get(window) ?? [];
    for (const { event, positionOffset } of members) requireSealable(event, header, positionOffset);
    const ranks = ranksOf(members.map(({ event }) => event.consultationId));
    const order = orderOfWindow(
      members.map(({ event }) => ranks.get(event.consultationId) ?? 0),
      members.map(({ positionOffset }) => positionOffset),
    );
    for (const index of order) {
      const member = members[index];
      if (member === undefined) continue;
      builder.append(rowOf(member));
      if (builder.isBusy) await builder.settle();
    }
  }
  return builder.finish(header);
};
