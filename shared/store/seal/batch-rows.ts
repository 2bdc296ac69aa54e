import type { Level0Rows } from '../part/level0-rows.ts';
import { type Mutable, newSealedRow, type SealedRow } from '../part/sealed/sealed-row.ts';
import type { SealedRows } from '../part/sealed/write.ts';
import type { SealBatch } from './batch.ts';

/** Some events of a batch on their way into a sealed part: each is copied from one file's columns into the other's. */
export class BatchRows implements SealedRows {
  readonly #batch: SealBatch;
  readonly #events: Uint32Array;
  readonly #offsets: readonly number[];
  readonly #eventIds: readonly Uint32Array[];
  readonly #row: Mutable<SealedRow> = newSealedRow();

  /**
   * @param events of the batch in the order of their positions.
   * @param offsets those of `events` that go into the part.
   */
  constructor(batch: SealBatch, events: Uint32Array, offsets: readonly number[]) {
    this.#batch = batch;
    this.#events = events;
    this.#offsets = offsets;
    this.#eventIds = batch.parts.map(({ rows: { columns, count } }) => {
      const { buffer, byteOffset } = columns.eventId;
      return new Uint32Array(buffer, byteOffset, count * 4);
    });
  }

  get count(): number {
    return this.#offsets.length;
  }

  positionOffset(index: number): number {
    return this.#offsets[index] ?? 0;
  }

  consultation(index: number): string {
    const event = this.#eventAt(index);
    return nameOf(this.#batch.part(event).rows, 'consultation', this.#batch.rowOf[event] ?? 0);
  }

  row(index: number): SealedRow {
    const event = this.#eventAt(index);
    const { rows } = this.#batch.part(event);
    const from = this.#batch.rowOf[event] ?? 0;
    const row = this.#row;
    row.consultation = nameOf(rows, 'consultation', from);
    row.eventType = nameOf(rows, 'eventType', from);
    row.user = nameOf(rows, 'user', from);
    row.positionOffset = this.positionOffset(index);
    row.requestIndex = rows.columns.requestIndex[from] ?? 0;
    row.eventId = this.#eventIds[this.#batch.partOf[event] ?? 0] ?? row.eventId;
    row.eventIdAt = from * 4;
    row.receivedAtMs = rows.receivedAtMs[from] ?? 0;
    row.occurredAt = rows.occurredAt;
    row.occurredAtAt = from * 2;
    row.occurredAtText = rows.columns.occurredAtText?.[from] ?? '';
    row.payload = rows.payload;
    row.payloadFrom = rows.payloadFrom[from] ?? 0;
    row.payloadTo = rows.payloadTo(from);
    return row;
  }

  #eventAt(index: number): number {
    return this.#events[this.positionOffset(index)] ?? 0;
  }
}

const nameOf = ({ columns }: Level0Rows, column: 'consultation' | 'eventType' | 'user', row: number): string =>
  columns[`${column}Names`][columns[column][row] ?? 0] ?? '';
