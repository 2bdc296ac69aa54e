import type { StoredEvent } from '../../domain/event.ts';
import { eventOfRow } from '../part/columns.ts';
import { type NarrowColumns, payloadChunkBytes } from '../part/layout.ts';
import type { OpenPart } from '../part/read.ts';

/** Rows whose payloads are read in one slice. */
interface Run {
  readonly fromByte: number;
  toByte: number;
  readonly rows: number[];
}

const byteRange = (columns: NarrowColumns, row: number): readonly [number, number] => [
  Number(columns.payloadOffset[row]),
  Number(columns.payloadOffset[row + 1]),
];

const chunkOf = (byte: number): number => Math.floor(byte / payloadChunkBytes);

/** Payloads that share a chunk are read together: each slice inflates all the chunks that it touches anew. */
const coalesce = (columns: NarrowColumns, rows: readonly number[]): readonly Run[] => {
  const runs: Run[] = [];
  for (const row of rows.toSorted((left, right) => left - right)) {
    const [fromByte, toByte] = byteRange(columns, row);
    const last = runs.at(-1);
    if (last && chunkOf(fromByte) <= chunkOf(last.toByte - 1)) {
      last.toByte = toByte;
      last.rows.push(row);
    } else {
      runs.push({ fromByte, toByte, rows: [row] });
    }
  }
  return runs;
};

/** The events of some rows of an open part, by row. */
export const eventsOfRows = (
  part: OpenPart,
  columns: NarrowColumns,
  rows: readonly number[],
): ReadonlyMap<number, StoredEvent> => {
  const events = new Map<number, StoredEvent>();
  for (const run of coalesce(columns, rows)) {
    const slice = Buffer.from(part.payloads(run.fromByte, run.toByte).buffer);
    for (const row of run.rows) {
      const [fromByte, toByte] = byteRange(columns, row);
      const payload = slice.toString('utf8', fromByte - run.fromByte, toByte - run.fromByte);
      events.set(row, eventOfRow(columns, row, payload));
    }
  }
  return events;
};
