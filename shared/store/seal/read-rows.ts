import { PartDamaged } from '../../domain/errors.ts';
import { contentHash, leafHash } from '../../domain/leaf.ts';
import { eventOfRow } from '../part/columns.ts';
import { readPart } from '../part/read.ts';
import type { SealRow } from './row.ts';

const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/**
 * The events of a level-0 part, each hashed again from its bytes: what is sealed is what was accepted, or nothing.
 * @throws PartDamaged when the part can't be read, or when an event is not the one that was hashed.
 */
export const readRows = async (part: string, bytes: Uint8Array): Promise<readonly SealRow[]> => {
  const columns = await readPart(part, bytes);
  const arena = Buffer.from(columns.payload.buffer, columns.payload.byteOffset, columns.payload.byteLength);
  return Array.from({ length: columns.count }, (_, row) => {
    const payload = arena.toString('utf8', Number(columns.payloadOffset[row]), Number(columns.payloadOffset[row + 1]));
    const event = eventOfRow(columns, row, payload);
    const leaf = leafHash(event);
    if (Buffer.compare(leaf, event.leaf) !== 0) {
      throw new PartDamaged(part, `the event ${event.eventId} in row ${row} is not the one that was hashed`);
    }
    return { event: { ...event, leaf: copyOf(leaf) }, contentHash: copyOf(contentHash(event)), part };
  });
};
