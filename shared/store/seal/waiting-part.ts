import { isUtf8 } from 'node:buffer';
import { PartDamaged } from '../../domain/errors.ts';
import { type HashedRows, hashLevel0 } from '../event-hashes/hash-level0.ts';
import type { PartColumns } from '../part/layout.ts';
import { Level0Rows } from '../part/level0-rows.ts';

/** A level-0 part that waits to be sealed, with all of its events. */
export interface WaitingPart {
  /** Relative to the store's folder. */
  readonly path: string;
  readonly rows: Level0Rows;
  readonly hashed: HashedRows;
}

/** The first byte of a character in UTF-8 is none that continues one. */
const continues = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** A sealed part holds texts; what is none would be read as another than the one that was hashed. */
const requireTexts = ({ payload, payloadFrom, count }: Level0Rows): void => {
  if (!isUtf8(payload)) throw new RangeError('its payloads are no UTF-8');
  for (let row = 0; row < count; row++) {
    const from = payloadFrom[row] ?? 0;
    if (from === payloadFrom[row + 1]) throw new RangeError(`the event in row ${row} has no payload`);
    if (continues(payload[from])) throw new RangeError(`the payload of row ${row} begins within a character`);
  }
};

const requireHashed = (part: string, rows: Level0Rows, { leaves }: HashedRows): void => {
  if (Buffer.compare(leaves, rows.columns.leaf) === 0) return;
  for (let row = 0; row < rows.count; row++) {
    const stored = rows.columns.leaf.subarray(row * 32, (row + 1) * 32);
    if (Buffer.compare(leaves.subarray(row * 32, (row + 1) * 32), stored) === 0) continue;
    throw new PartDamaged(part, `the event ${rows.event(row).eventId} in row ${row} is not the one that was hashed`);
  }
};

/**
 * Hashes the events of a level-0 part again from their bytes: what is sealed is what was accepted, or nothing.
 * @throws PartDamaged when an event is not the one that was hashed.
 */
export const hashWaiting = (part: string, columns: PartColumns): WaitingPart => {
  try {
    const rows = new Level0Rows(columns);
    requireTexts(rows);
    const hashed = hashLevel0(rows);
    requireHashed(part, rows, hashed);
    return { path: part, rows, hashed };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PartDamaged(part, `its columns do not fit each other: ${error.message}`, { cause: error });
  }
};
