import type { StoredEvent } from '../../../domain/event.ts';
import { type ConsultationId, type EventId, formatUuid } from '../../../domain/ids.ts';
import { leafHash } from '../../../domain/leaf.ts';
import { dictionaries } from '../layout.ts';
import { renderMs } from '../time.ts';
import { Dictionary } from './dictionary.ts';
import { type ColumnWords, columnNames, noTimeHigh } from './layout.ts';
import type { PartFile } from './part-file.ts';

type BlockColumns = ColumnWords & { readonly payload_offset: Uint32Array };

/** A signed 64-bit number that is a safe integer. */
const numberOf = (low: number | undefined, high: number | undefined): number =>
  ((high ?? 0) | 0) * 2 ** 32 + (low ?? 0);

interface Names {
  readonly eventType: ReadonlyMap<number, string>;
  readonly consultation: ReadonlyMap<number, string>;
  readonly user: ReadonlyMap<number, string>;
}

/** Where the events of a part belong that no row of it repeats. */
export interface BlockContext {
  readonly segment: string;
  readonly basePosition: number;
}

/** Consecutive rows of a part without their payloads. Rows are numbered as in the part. */
export class RowBlock {
  readonly from: number;
  readonly to: number;
  readonly columns: BlockColumns;
  /** 16 bytes a row. */
  readonly eventIds: Uint8Array;
  readonly #names: Names;
  readonly #timeTexts: readonly string[] | undefined;
  readonly #context: BlockContext;

  constructor(
    from: number,
    columns: BlockColumns,
    names: Names,
    timeTexts: readonly string[] | undefined,
    context: BlockContext,
  ) {
    this.from = from;
    this.to = from + columns.position_offset.length;
    this.columns = columns;
    this.eventIds = new Uint8Array(columns.event_id.buffer);
    this.#names = names;
    this.#timeTexts = timeTexts;
    this.#context = context;
  }

  position(row: number): number {
    return this.#context.basePosition + (this.columns.position_offset[row - this.from] ?? 0);
  }

  eventId(row: number): EventId {
    return formatUuid(this.eventIds, (row - this.from) * 16) as EventId;
  }

  eventType(row: number): string {
    return nameOf(this.#names.eventType, this.columns.event_type[row - this.from]);
  }

  consultationId(row: number): ConsultationId {
    return nameOf(this.#names.consultation, this.columns.consultation[row - this.from]) as ConsultationId;
  }

  /** Empty when the event names none. */
  user(row: number): string {
    return nameOf(this.#names.user, this.columns.user[row - this.from]);
  }

  receivedAtMs(row: number): number {
    const at = (row - this.from) * 2;
    return numberOf(this.columns.received_at[at], this.columns.received_at[at + 1]);
  }

  /** The text as sent where its milliseconds do not give it, else empty. */
  occurredAtText(row: number): string {
    return this.#timeTexts?.[row - this.from] ?? '';
  }

  /** Where the payload begins in the part's arena; that of the row behind the last one is where the last one ends. */
  payloadFrom(row: number): number {
    const at = (row - this.from) * 2;
    return numberOf(this.columns.payload_offset[at], this.columns.payload_offset[at + 1]);
  }

  payloadBytes(row: number): number {
    return this.payloadFrom(row + 1) - this.payloadFrom(row);
  }

  /** The row as an event, its leaf hash computed anew. */
  event(row: number, payload: string): StoredEvent {
    const event = {
      consultationId: this.consultationId(row),
      eventId: this.eventId(row),
      eventType: this.eventType(row),
      userId: this.user(row) || undefined,
      occurredAt: this.#occurredAt(row),
      receivedAt: renderMs(this.receivedAtMs(row)),
      requestIndex: this.columns.request_index[row - this.from] ?? 0,
      segment: this.#context.segment,
      payload,
    };
    return { ...event, leaf: leafHash(event), position: this.position(row) };
  }

  /** Milliseconds of `occurred_at`; undefined when the event names none. */
  occurredAtMs(row: number): number | undefined {
    const at = (row - this.from) * 2;
    const [low, high] = [this.columns.occurred_at[at], this.columns.occurred_at[at + 1]];
    return high === noTimeHigh && low === 0 ? undefined : numberOf(low, high);
  }

  #occurredAt(row: number): string | undefined {
    const text = this.occurredAtText(row);
    if (text !== '') return text;
    const ms = this.occurredAtMs(row);
    return ms === undefined ? undefined : renderMs(ms);
  }
}

const nameOf = (names: ReadonlyMap<number, string>, code: number | undefined): string => {
  const name = code === undefined ? undefined : names.get(code);
  if (name === undefined) throw new RangeError(`code ${code} has no name`);
  return name;
};

const blockColumns = [...columnNames, 'payload_offset'] as const;

/** Reads blocks of rows of one part. */
export class RowBlocks {
  readonly #part: PartFile;
  readonly #context: BlockContext;
  readonly #eventTypes: Dictionary;
  readonly #consultations: Dictionary;
  readonly #users: Dictionary;

  constructor(part: PartFile, context: BlockContext) {
    this.#part = part;
    this.#context = context;
    this.#eventTypes = new Dictionary(part, dictionaries.event_type);
    this.#consultations = new Dictionary(part, dictionaries.consultation);
    this.#users = new Dictionary(part, dictionaries.user);
  }

  /** Rows `[from, to)`. */
  async read(from: number, to: number): Promise<RowBlock> {
    const columns = await this.#part.words(blockColumns, from, to, { payload_offset: 1 });
    const names = {
      eventType: await this.#eventTypes.namesOf(columns.event_type),
      consultation: await this.#consultations.namesOf(columns.consultation),
      user: await this.#users.namesOf(columns.user),
    };
    const timeTexts = this.#part.has('occurred_at_text')
      ? await this.#part.texts('occurred_at_text', from, to)
      : undefined;
    return new RowBlock(from, columns, names, timeTexts, this.#context);
  }

  /** Blocks that hold the given ascending rows, one a chunk: reading part of a chunk costs as much as all of it. */
  async *holding(rows: readonly number[]): AsyncGenerator<{ block: RowBlock; rows: readonly number[] }> {
    const chunkRows = this.#part.chunkRowsOf('event_id');
    for (const [, members] of Map.groupBy(rows, (row) => Math.floor(row / chunkRows))) {
      const [first = 0, last = first] = [members.at(0), members.at(-1)];
      yield { block: await this.read(first, last + 1), rows: members };
    }
  }
}
