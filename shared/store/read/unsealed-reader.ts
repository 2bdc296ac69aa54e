import path from 'node:path';
import { PartDamaged } from '../../domain/errors.ts';
import type { StoredEvent } from '../../domain/event.ts';
import type { ConsultationId, EventId } from '../../domain/ids.ts';
import type { StoreState } from '../commits/state.ts';
import type { FileReading } from '../files.ts';
import { identityKey, keyText } from '../known-ids/identity-key.ts';
import type { KeyBytes } from '../known-ids/record.ts';
import type { KnownId } from '../known-ids/run.ts';
import { withPart } from '../part/read.ts';
import type { Level0Catalog, Whereabouts } from './catalog.ts';
import { eventsOfRows } from './payloads.ts';
import { FirstRows, type Row, rowsOf } from './rows.ts';

/** Looks ids up among all that were ever sealed. */
export type LookUp = (state: StoreState, keys: readonly KeyBytes[]) => Promise<ReadonlyMap<string, KnownId>>;

/** Ids that are looked up together. */
const keysAtOnce = 4_096;

/** What is wanted of a consultation's events that are not sealed. */
export interface UnsealedQuery {
  readonly consultationId: ConsultationId;
  /** Only ids behind this one. */
  readonly behindId: string;
  readonly most: number;
  readonly eventType: string | undefined;
}

export interface UnsealedRows {
  /** By id. */
  readonly rows: readonly Row[];
  readonly unreadable: readonly string[];
}

/** Reads what stands in level-0 parts and in no sealed one. All methods throw PartDamaged, and the system's errors as they come. */
export class UnsealedReader {
  readonly #files: FileReading;
  readonly #folder: string;
  readonly #catalog: Level0Catalog;
  readonly #lookUp: LookUp;

  constructor(files: FileReading, folder: string, catalog: Level0Catalog, lookUp: LookUp) {
    this.#files = files;
    this.#folder = folder;
    this.#catalog = catalog;
    this.#lookUp = lookUp;
  }

  /** @param listed the level-0 parts as they were before `state` was read, so that nothing falls between the two. */
  async find(state: StoreState, listed: readonly string[], query: UnsealedQuery): Promise<UnsealedRows> {
    const { consultationId, behindId, most, eventType } = query;
    const { parts, unreadable } = await this.#locate(state, listed, consultationId);
    const first = new FirstRows(most, (row) => eventType === undefined || row.eventType === eventType);
    for await (const row of this.#unsealedRows(state, parts, consultationId, behindId)) first.offer(row);
    return { rows: first.wanted(), unreadable };
  }

  /** The event, if it stands in a level-0 part. Ask for it only when it is not sealed. */
  async byId(
    state: StoreState,
    listed: readonly string[],
    consultationId: ConsultationId,
    eventId: EventId,
  ): Promise<StoredEvent | undefined> {
    const { parts, unreadable } = await this.#locate(state, listed, consultationId);
    for (const part of parts) {
      for (const row of rowsOf(part, await this.#catalog.columnsOf(part), consultationId)) {
        if (row.eventId === eventId) return (await this.load([row])).at(0);
      }
    }
    // "There is no such event" would be more than anybody knows.
    const [blind] = unreadable;
    if (blind !== undefined) throw new PartDamaged(blind, 'not readable as a part, and the event may be in it');
    return undefined;
  }

  /** The events of rows, in their order. */
  async load(rows: readonly Row[]): Promise<readonly StoredEvent[]> {
    const loaded = new Map<string, ReadonlyMap<number, StoredEvent>>();
    for (const [part, members] of Map.groupBy(rows, ({ part }) => part)) {
      const columns = await this.#catalog.columnsOf(part);
      const bytes = await this.#files.read(path.join(this.#folder, part));
      const wanted = members.map(({ row }) => row);
      loaded.set(part, await withPart(part, bytes, (open) => eventsOfRows(open, columns, wanted)));
    }
    return rows.map(({ part, row }) => loaded.get(part)?.get(row)).filter((event) => event !== undefined);
  }

  #locate(state: StoreState, listed: readonly string[], consultationId: string): Promise<Whereabouts> {
    return this.#catalog.locate(
      consultationId,
      listed.filter((part) => !state.removed.has(part)),
    );
  }

  /** Some rows at a time, so that memory does not grow with what waits. */
  async *#unsealedRows(
    state: StoreState,
    parts: readonly string[],
    consultationId: ConsultationId,
    behindId: string,
  ): AsyncGenerator<Row> {
    let some: Row[] = [];
    for (const part of parts) {
      for (const row of rowsOf(part, await this.#catalog.columnsOf(part), consultationId)) {
        if (row.eventId > behindId) some.push(row);
        if (some.length < keysAtOnce) continue;
        yield* await this.#withoutSealed(state, consultationId, some);
        some = [];
      }
    }
    yield* await this.#withoutSealed(state, consultationId, some);
  }

  /** A repeat of a sealed event waits in level 0 until a sealer drops it; it is no event of its own. */
  async #withoutSealed(
    state: StoreState,
    consultationId: ConsultationId,
    rows: readonly Row[],
  ): Promise<readonly Row[]> {
    if (state.runs.size === 0 || rows.length === 0) return rows;
    const keys = rows.map(({ eventId }) => identityKey(consultationId, eventId));
    const known = await this.#lookUp(state, keys);
    return rows.filter((_, index) => !known.has(keyText(keys[index] ?? new Uint8Array())));
  }
}
