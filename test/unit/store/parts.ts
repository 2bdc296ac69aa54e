import type { StoredEvent } from '../../../shared/domain/event.ts';
import { formatUuid } from '../../../shared/domain/ids.ts';
import { merkleRoot } from '../../../shared/store/merkle.ts';
import { eventOfRow } from '../../../shared/store/part/columns.ts';
import type { PartColumns } from '../../../shared/store/part/layout.ts';
import { readPart } from '../../../shared/store/part/read.ts';
import type { PartHeader } from '../../../shared/store/part/write.ts';

/** The header that a part of these columns has. */
export const headerOf = (columns: PartColumns): PartHeader => {
  const ids = Array.from({ length: columns.count }, (_, row) => formatUuid(columns.eventId, row * 16)).sort();
  return {
    partId: '0196e0a0-0000-7000-8000-00000000000f',
    level: 0,
    merkleRoot: merkleRoot(columns.leaf),
    eventIdMin: ids[0] ?? '',
    eventIdMax: ids.at(-1) ?? '',
  };
};

/** Every event of a part, in its order. @throws PartDamaged */
export const eventsIn = async (bytes: Uint8Array): Promise<readonly StoredEvent[]> => {
  const columns = await readPart('part.h5', bytes);
  const arena = Buffer.from(columns.payload);
  return Array.from({ length: columns.count }, (_, row) => {
    const payload = arena.toString('utf8', Number(columns.payloadOffset[row]), Number(columns.payloadOffset[row + 1]));
    const event = eventOfRow(columns, row, payload);
    return { ...event, leaf: new Uint8Array(event.leaf) };
  });
};
