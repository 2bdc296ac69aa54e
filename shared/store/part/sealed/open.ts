import type { StoredEvent } from '../../../domain/event.ts';
import type { ConsultationId, EventId } from '../../../domain/ids.ts';
import type { RangeFile } from '../../files.ts';
import { dictionaries } from '../layout.ts';
import { rowsOfConsultation } from './consultation-lookup.ts';
import type { RowRange } from './consultation-runs.ts';
import { namingDamage } from './damage.ts';
import type { SealedPartMeta } from './layout.ts';
import type { MergeSource } from './merge-input.ts';
import { PartFile } from './part-file.ts';
import { PayloadCursor, readPayloads } from './payloads.ts';
import { Positions } from './positions.ts';
import { type RowBlock, RowBlocks } from './row-block.ts';

/** What tells whether an event is on a page, before its payload is read. */
export interface RowSummary {
  readonly row: number;
  readonly position: number;
  readonly eventId: EventId;
  readonly consultationId: ConsultationId;
  readonly eventType: string;
  readonly payloadBytes: number;
}

/** Rows `[from, to)` of a block, in the order of the part. */
export interface ScannedRows {
  readonly block: RowBlock;
  readonly from: number;
  readonly to: number;
  /** Their payloads, one after another: that of a row begins at `block.payloadFrom(row) - block.payloadFrom(from)`. */
  readonly payloads: Uint8Array;
}

/** Which part of the store a file is. */
export interface PartPlace {
  /** Names the file in errors. */
  readonly path: string;
  /** The position that offsets count from, as the commit gives it. */
  readonly basePosition: number;
}

/** Chunks that a scan has read and inflated before it comes to them: as many as there are cores to inflate them. */
const scanAhead = 2;

/** Payload bytes that a scan hands out at once. */
const scanBytes = 4 * 1024 * 1024;

/**
 * A sealed part that is open: nothing but its metadata is in memory, and each call reads what it needs. All calls throw
 * PartDamaged for bytes that are not what the format says, and the system's errors (`ENOENT`, `ESTALE`) as they come.
 */
export class SealedPart {
  readonly path: string;
  readonly basePosition: number;
  readonly #part: PartFile;
  readonly #blocks: RowBlocks;
  readonly #positions: Positions;

  constructor(part: PartFile, { path, basePosition }: PartPlace) {
    this.path = path;
    this.basePosition = basePosition;
    this.#part = part;
    this.#blocks = new RowBlocks(part, { segment: part.meta.segment, basePosition });
    this.#positions = new Positions(part);
  }

  get meta(): SealedPartMeta {
    return this.#part.meta;
  }

  /** What a merge reads it by. */
  get source(): MergeSource {
    return { path: this.path, part: this.#part, basePosition: this.basePosition };
  }

  /** All consultations, in ascending order of their bytes. */
  consultations(): Promise<readonly string[]> {
    return this.#reading(() => this.#part.texts(dictionaries.consultation));
  }

  /** The rows of a consultation in ascending order of position; none when the part has no event of it. */
  rowsOf(consultationId: string): Promise<readonly RowRange[]> {
    return this.#reading(() => rowsOfConsultation(this.#part, consultationId));
  }

  /** What can be told of some rows without their payloads; in the order given, which is ascending. */
  summaries(rows: readonly number[]): Promise<readonly RowSummary[]> {
    return this.#reading(async () => {
      const summaries: RowSummary[] = [];
      for await (const { block, rows: members } of this.#blocks.holding(rows)) {
        for (const row of members) summaries.push(summaryOf(block, row));
      }
      return summaries;
    });
  }

  /** The events of some rows, given in ascending order. Their payloads are in memory at once: mind how many they are. */
  events(rows: readonly number[]): Promise<readonly StoredEvent[]> {
    return this.#reading(async () => {
      const events: StoredEvent[] = [];
      for await (const { block, rows: members } of this.#blocks.holding(rows)) {
        const ranges = members.map((row) => ({ from: block.payloadFrom(row), to: block.payloadFrom(row + 1) }));
        const payloads = await readPayloads(this.#part, ranges);
        for (const [index, row] of members.entries()) {
          events.push(block.event(row, payloads[index]?.toString('utf8') ?? ''));
        }
      }
      return events;
    });
  }

  /**
   * The rows of the first `limit` events from a position on, in ascending order of position.
   * @param before positions from this one on are left out
   */
  async rowsFrom(
    position: number,
    limit: number,
    before = Number.POSITIVE_INFINITY,
  ): Promise<ReadonlyArray<{ row: number; position: number }>> {
    const from = Math.max(0, position - this.basePosition);
    const end = before - this.basePosition;
    const rows = await this.#reading(() => this.#positions.from(from, limit, end));
    const last = rows.findIndex(({ positionOffset }) => positionOffset >= end);
    return (last < 0 ? rows : rows.slice(0, last)).map(({ row, positionOffset }) => ({
      row,
      position: this.basePosition + positionOffset,
    }));
  }

  /** Whose the events at positions `[from, before)` are, in ascending order of position: of the columns, two are read. */
  async consultationsAt(
    from: number,
    before: number,
  ): Promise<ReadonlyArray<{ readonly position: number; readonly consultationId: string }>> {
    const found = await this.rowsFrom(from, before - from, before);
    if (found.length === 0) return [];
    let [first, last] = [Number.POSITIVE_INFINITY, 0];
    for (const { row } of found) [first, last] = [Math.min(first, row), Math.max(last, row)];
    return this.#reading(async () => {
      const { consultation: codes } = await this.#part.words(['consultation'], first, last + 1);
      const names = await this.#part.texts(dictionaries.consultation);
      return found.map(({ row, position }) => ({ position, consultationId: names[codes[row - first] ?? -1] ?? '' }));
    });
  }

  /** The row that holds a position. */
  async rowAt(position: number): Promise<number | undefined> {
    const [first] = await this.rowsFrom(position, 1);
    return first?.position === position ? first.row : undefined;
  }

  /**
   * Everything from front to back, some rows at a time: as many as a chunk has, and fewer where payloads are large.
   * @param rows only rows `[from, to)`
   */
  async *scan(
    rows: { readonly from: number; readonly to: number } = { from: 0, to: this.meta.count },
  ): AsyncGenerator<ScannedRows> {
    const chunkRows = this.#part.chunkRowsOf('event_id');
    const cursor = new PayloadCursor(this.#part, scanAhead);
    for (let blockFrom = rows.from; blockFrom < rows.to; ) {
      const blockTo = Math.min(rows.to, (Math.floor(blockFrom / chunkRows) + 1) * chunkRows);
      const block = await this.#reading(() => this.#blocks.read(blockFrom, blockTo));
      for (let from = blockFrom; from < blockTo; ) {
        const to = endOfStretch(block, from);
        const bytes = { from: block.payloadFrom(from), to: block.payloadFrom(to) };
        yield { block, from, to, payloads: await this.#reading(() => cursor.read(bytes)) };
        from = to;
      }
      blockFrom = blockTo;
    }
  }

  #reading<Result>(read: () => Promise<Result>): Promise<Result> {
    return namingDamage(this.path, read);
  }
}

/** As many rows as have `scanBytes` of payload; one at least. */
const endOfStretch = (block: RowBlock, from: number): number => {
  let to = from + 1;
  const most = block.payloadFrom(from) + scanBytes;
  while (to < block.to && block.payloadFrom(to + 1) <= most) to++;
  return to;
};

const summaryOf = (block: RowBlock, row: number): RowSummary => ({
  row,
  position: block.position(row),
  eventId: block.eventId(row),
  consultationId: block.consultationId(row),
  eventType: block.eventType(row),
  payloadBytes: block.payloadBytes(row),
});

/**
 * Opens a sealed part; the caller closes the file.
 * @throws PartDamaged when it is no whole sealed part, and the system's errors.
 */
export const openSealedPart = (file: RangeFile, place: PartPlace): Promise<SealedPart> =>
  namingDamage(place.path, async () => new SealedPart(await PartFile.open(file), place));
