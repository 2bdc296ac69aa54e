import type { StoredEvent } from '../../domain/event.ts';
import type { CommittedPart } from '../commits/format.ts';
import type { StoreState } from '../commits/state.ts';
import type { SealedCatalog } from './sealed-catalog.ts';
import { type SealedQuery, type SealedRow, wantedRows } from './sealed-rows.ts';

export interface FoundRows {
  /** In ascending order of position. */
  readonly rows: readonly SealedRow[];
  readonly unreadable: readonly string[];
}

const byPosition = (left: SealedRow, right: SealedRow): number => left.position - right.position;

/** Finds and reads sealed events. All methods throw PartDamaged, and the system's errors as they come. */
export class SealedReader {
  readonly #catalog: SealedCatalog;

  constructor(catalog: SealedCatalog) {
    this.#catalog = catalog;
  }

  /**
   * The first wanted events of a consultation by position. Parts of several segments share a range of positions, so that one
   * is left unopened only when it begins behind the last row that can be on the page.
   */
  async find(state: StoreState, query: SealedQuery): Promise<FoundRows> {
    const { parts, unreadable } = await this.#catalog.locate(state, query.consultationId, query.behind);
    let rows: SealedRow[] = [];
    for (const part of parts) {
      const last = rows[query.most - 1];
      if (last && last.position < part.first_position) break;
      const found = await this.#catalog.withPart(part, (sealed) => wantedRows(sealed, part, query));
      rows = [...rows, ...found].sort(byPosition).slice(0, query.most);
    }
    return { rows, unreadable };
  }

  /** The events of rows, in their order. */
  async load(rows: readonly SealedRow[]): Promise<readonly StoredEvent[]> {
    const loaded = new Map<number, StoredEvent>();
    for (const [part, members] of Map.groupBy(rows, (row) => row.part)) {
      const inFile = members.map(({ row }) => row).sort((left, right) => left - right);
      const events = await this.#catalog.withPart(part, (sealed) => sealed.events(inFile));
      for (const event of events) if (event.position !== undefined) loaded.set(event.position, event);
    }
    return rows.map(({ position }) => loaded.get(position)).filter((event) => event !== undefined);
  }

  /** The event at a position, unless its part was dropped. */
  async at(state: StoreState, position: number): Promise<StoredEvent | undefined> {
    for (const part of this.#catalog.holding(state, position)) {
      const event = await this.#eventIn(part, position);
      if (event) return event;
    }
    return undefined;
  }

  #eventIn(part: CommittedPart, position: number): Promise<StoredEvent | undefined> {
    return this.#catalog.withPart(part, async (sealed) => {
      const row = await sealed.rowAt(position);
      return row === undefined ? undefined : (await sealed.events([row])).at(0);
    });
  }
}
