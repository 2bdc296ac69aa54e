import path from 'node:path';
import type { StoredEvent } from '../../domain/event.ts';
import type { FileReading } from '../files.ts';
import { eventOfRow } from '../part/columns.ts';
import { type PayloadSlice, withPart } from '../part/read.ts';
import type { IndexedPart } from './index-cache.ts';

/** Rows whose payloads lie closer than this are read in one slice: a chunk is inflated anew for each. */
const coalesceBytes = 64 * 1024;

interface Run {
  readonly fromByte: number;
  toByte: number;
  readonly rows: number[];
}

const byteRange = ({ columns }: IndexedPart, row: number): readonly [number, number] => [
  Number(columns.payloadOffset[row]),
  Number(columns.payloadOffset[row + 1]),
];

const coalesce = (part: IndexedPart, rows: readonly number[]): readonly Run[] => {
  const runs: Run[] = [];
  for (const row of [...rows].sort((left, right) => left - right)) {
    const [fromByte, toByte] = byteRange(part, row);
    const last = runs.at(-1);
    if (last && fromByte - last.toByte <= coalesceBytes) {
      last.toByte = toByte;
      last.rows.push(row);
    } else {
      runs.push({ fromByte, toByte, rows: [row] });
    }
  }
  return runs;
};

const eventsOfRun = (
  part: IndexedPart,
  run: Run,
  payloads: PayloadSlice,
): ReadonlyArray<readonly [number, StoredEvent]> => {
  const slice = payloads(run.fromByte, run.toByte);
  const bytes = Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength);
  return run.rows.map((row) => {
    const [fromByte, toByte] = byteRange(part, row);
    const payload = bytes.toString('utf8', fromByte - run.fromByte, toByte - run.fromByte);
    return [row, eventOfRow(part.columns, row, payload)];
  });
};

/** The events of some rows of a part, by row. @throws PartDamaged, or the system's error when the file can't be read. */
export const readRows = async (
  files: FileReading,
  folder: string,
  part: IndexedPart,
  rows: readonly number[],
): Promise<ReadonlyMap<number, StoredEvent>> => {
  const bytes = await files.read(path.join(folder, part.path));
  return withPart(
    part.path,
    bytes,
    ({ payloads }) => new Map(coalesce(part, rows).flatMap((run) => eventsOfRun(part, run, payloads))),
  );
};
