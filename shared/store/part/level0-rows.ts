import type { AcceptedEvent } from '../../domain/event.ts';
import { eventOfRow } from './columns.ts';
import type { PartColumns } from './layout.ts';

type LongColumn = BigUint64Array<ArrayBufferLike> | BigInt64Array<ArrayBufferLike>;

/** The low and the high word of each value. */
const wordsOf = (values: LongColumn): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length * 2);

/** The values as numbers: a column of big integers costs an allocation a value to go through. */
const numbersOf = (values: LongColumn): Float64Array => {
  const words = wordsOf(values);
  const numbers = new Float64Array(values.length);
  for (let index = 0; index < numbers.length; index++) {
    numbers[index] = ((words[index * 2 + 1] ?? 0) | 0) * 2 ** 32 + (words[index * 2] ?? 0);
  }
  return numbers;
};

const codeColumns = [
  ['eventType', 'eventTypeNames'],
  ['segment', 'segmentNames'],
  ['consultation', 'consultationNames'],
  ['user', 'userNames'],
] as const;

/** The rows of a level-0 part with their values as numbers, so that going through them makes no object a row. */
export class Level0Rows {
  readonly columns: PartColumns;
  readonly payload: Buffer;
  /** One more than there are rows. */
  readonly payloadFrom: Float64Array;
  /** Unix milliseconds. */
  readonly receivedAtMs: Float64Array;
  /** Two words a row. */
  readonly occurredAt: Uint32Array;

  /** @throws RangeError when a code has no name, or a payload is not within the arena: the part is damaged. */
  constructor(columns: PartColumns) {
    const { payload, payloadOffset, receivedAt, occurredAt } = columns;
    this.columns = columns;
    this.payload = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    this.payloadFrom = numbersOf(payloadOffset);
    this.receivedAtMs = numbersOf(receivedAt);
    this.occurredAt = wordsOf(occurredAt);
    this.#requireNames();
    this.#requirePayloads();
  }

  get count(): number {
    return this.columns.count;
  }

  payloadTo(row: number): number {
    return this.payloadFrom[row + 1] ?? 0;
  }

  event(row: number): AcceptedEvent {
    const { position: _, ...event } = eventOfRow(this.columns, row, this.#payloadText(row));
    return event;
  }

  #payloadText(row: number): string {
    return this.payload.toString('utf8', this.payloadFrom[row], this.payloadTo(row));
  }

  #requireNames(): void {
    for (const [column, names] of codeColumns) {
      const count = this.columns[names].length;
      for (const code of this.columns[column]) {
        if (code >= count) throw new RangeError(`code ${code} of ${column} has no name among ${count}`);
      }
    }
  }

  #requirePayloads(): void {
    let last = 0;
    for (let row = 0; row < this.payloadFrom.length; row++) {
      const from = this.payloadFrom[row] ?? 0;
      if (from < last) throw new RangeError(`the payload of row ${row - 1} ends before it begins`);
      last = from;
    }
    if (last > this.payload.length) throw new RangeError(`payloads end at ${last} of ${this.payload.length} bytes`);
  }
}
