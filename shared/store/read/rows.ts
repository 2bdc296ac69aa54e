import { type EventId, formatUuid } from '../../domain/ids.ts';
import type { NarrowColumns } from '../part/layout.ts';

/** Where an event lies, and what decides whether it is on a page. */
export interface Row {
  readonly eventId: EventId;
  readonly eventType: string | undefined;
  readonly part: string;
  readonly row: number;
  readonly payloadBytes: number;
}

/** The rows of one consultation in a part. */
export function* rowsOf(part: string, columns: NarrowColumns, consultationId: string): Generator<Row> {
  const { consultation, consultationNames, eventType, eventTypeNames, payloadOffset } = columns;
  const code = consultationNames.indexOf(consultationId);
  if (code < 0) return;
  for (let row = consultation.indexOf(code); row >= 0; row = consultation.indexOf(code, row + 1)) {
    yield {
      eventId: formatUuid(columns.eventId, row * 16) as EventId,
      eventType: eventTypeNames[eventType[row] ?? -1],
      part,
      row,
      payloadBytes: Number((payloadOffset[row + 1] ?? 0n) - (payloadOffset[row] ?? 0n)),
    };
  }
}

const byId = (left: Row, right: Row): number => (left.eventId < right.eventId ? -1 : 1);

/**
 * The first events of a consultation by id, each id once: of rows that repeat one, the first that was offered. Of the
 * rows that are wanted it holds a few pages' worth, however many are offered.
 */
export class FirstRows {
  readonly #most: number;
  readonly #isWanted: (row: Row) => boolean;
  #rows = new Map<string, Row>();
  #pruneAt: number;

  /** @param isWanted what counts; a row that does not still hides later ones of its id, as it would once sealed. */
  constructor(most: number, isWanted: (row: Row) => boolean) {
    this.#most = most;
    this.#isWanted = isWanted;
    this.#pruneAt = 4 * most;
  }

  offer(row: Row): void {
    if (this.#rows.has(row.eventId)) return;
    this.#rows.set(row.eventId, row);
    if (this.#rows.size >= this.#pruneAt) this.#prune();
  }

  /** In ascending order of id. */
  wanted(): readonly Row[] {
    return [...this.#rows.values()].filter(this.#isWanted).sort(byId).slice(0, this.#most);
  }

  /** What lies beyond enough wanted rows can't come back: rows only ever move the end of the page down. */
  #prune(): void {
    const last = this.wanted().at(this.#most - 1);
    if (last) this.#rows = new Map([...this.#rows].filter(([eventId]) => eventId <= last.eventId));
    // Doubled where little could go, so that rows which are not wanted don't make every offer sort them all.
    this.#pruneAt = Math.max(4 * this.#most, 2 * this.#rows.size);
  }
}
