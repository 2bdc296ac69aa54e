import type { AcceptedEvent, StoredEvent } from '../../../../shared/domain/event.ts';
import type { PartId } from '../../../../shared/domain/ids.ts';
import { rangeOf } from '../../../../shared/store/files.ts';
import type { RowRange } from '../../../../shared/store/part/sealed/consultation-runs.ts';
import type { SealedPartHeader } from '../../../../shared/store/part/sealed/layout.ts';
import { openSealedPart, type SealedPart } from '../../../../shared/store/part/sealed/open.ts';
import type { PositionedEvent } from '../../../../shared/store/part/sealed/write.ts';

export const header: SealedPartHeader = {
  partId: '0196e0a0-0000-7000-8000-00000000000f' as PartId,
  level: 1,
  segment: 'conversation',
  day: '2026-11-23',
};

/** The event as it may stand in a part with {@link header}. */
export const sealable = (event: AcceptedEvent): AcceptedEvent => ({
  ...event,
  segment: header.segment,
  receivedAt: `${header.day}${event.receivedAt.slice(10)}`,
});

export const openBytes = (bytes: Uint8Array, basePosition = 0): Promise<SealedPart> =>
  openSealedPart(rangeOf(bytes), { path: 'part.h5', basePosition });

/** Every event of a part, in the order of its rows. @throws PartDamaged */
export const eventsInSealed = async (bytes: Uint8Array, basePosition = 0): Promise<readonly StoredEvent[]> => {
  const part = await openBytes(bytes, basePosition);
  const events: StoredEvent[] = [];
  for await (const { block, from, to, payloads } of part.scan()) {
    const arena = Buffer.from(payloads.buffer, payloads.byteOffset, payloads.byteLength);
    const start = block.payloadFrom(from);
    for (let row = from; row < to; row++) {
      const payload = arena.toString('utf8', block.payloadFrom(row) - start, block.payloadFrom(row + 1) - start);
      const event = block.event(row, payload);
      events.push({ ...event, leaf: new Uint8Array(event.leaf) });
    }
  }
  return events;
};

/** What a reader gets of an event once it is sealed. */
export const storedAt = ({ event, positionOffset }: PositionedEvent, basePosition = 0): StoredEvent => ({
  ...event,
  position: basePosition + positionOffset,
});

/** Ranges of rows as the rows in them. */
export const rowNumbers = (ranges: readonly RowRange[]): readonly number[] =>
  ranges.flatMap(({ firstRow, rows }) => Array.from({ length: rows }, (_, index) => firstRow + index));
