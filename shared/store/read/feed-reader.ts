import type { StoredEvent } from '../../domain/event.ts';
import type { CommittedPart } from '../commits/format.ts';
import type { StoreState } from '../commits/state.ts';
import { windowPositions } from '../part/sealed/layout.ts';
import type { RowSummary, SealedPart } from '../part/sealed/open.ts';
import type { FeedQuery } from '../port.ts';
import type { SealedCatalog } from './sealed-catalog.ts';
import type { SealedReader } from './sealed-reader.ts';
import type { SealedRow } from './sealed-rows.ts';

/** A query whose cursor is a position. */
export interface PositionQuery extends Omit<FeedQuery, 'after' | 'pageBytes'> {
  /** Only events behind this position. */
  readonly behind: number;
  readonly pageBytes: number;
}

export interface FeedSpan {
  readonly events: readonly StoredEvent[];
  /** All positions up to this one have been looked at. */
  readonly upTo: number;
  /** Whether there are positions behind it. */
  readonly more: boolean;
}

/** Positions in a row, `[from, end)`, and the parts that may hold them. */
interface Stretch {
  readonly from: number;
  readonly end: number;
  readonly parts: readonly CommittedPart[];
}

/** Parts that a page opens: a store that is not merged yet has very small ones, and a page has to end some time. */
const mostParts = 64;

/** What the columns of an event take as text beside its payload, in bytes. */
const envelopeBytes = 400;

const isFiltered = ({ eventType, mayRead, consultationId, segment, fromDay, toDay }: PositionQuery): boolean =>
  [eventType, mayRead, consultationId, segment, fromDay, toDay].some((filter) => filter !== undefined);

const wantsPart = (
  { segment = undefined, fromDay = '', toDay = '9999' }: PositionQuery,
  part: CommittedPart,
): boolean => (segment === undefined || part.segment === segment) && part.day >= fromDay && part.day <= toDay;

const wantsRow = ({ eventType, consultationId, mayRead }: PositionQuery, row: RowSummary): boolean =>
  (eventType === undefined || row.eventType === eventType) &&
  (consultationId === undefined || row.consultationId === consultationId) &&
  (mayRead === undefined || mayRead(row.consultationId));

/** How many of the rows fit; one always does. */
const countThatFits = (rows: readonly RowSummary[], { limit, pageBytes }: PositionQuery): number => {
  let bytes = 0;
  for (const [index, { payloadBytes }] of rows.entries()) {
    bytes += payloadBytes + envelopeBytes;
    if (index === limit || (index > 0 && bytes > pageBytes)) return index;
  }
  return rows.length;
};

/** Ends with a window where it reaches over one, so that no window is read for two pages. */
const endOfReach = (from: number, positions: number): number => {
  const end = from + positions;
  return positions < windowPositions ? end : end - (end % windowPositions);
};

/** The wanted rows of a part within a stretch. */
const rowsIn = async (
  sealed: SealedPart,
  part: CommittedPart,
  { from, end }: Stretch,
  query: PositionQuery,
): Promise<readonly SealedRow[]> => {
  const rows = (await sealed.rowsFrom(from, end - from, end)).map(({ row }) => row).sort((left, right) => left - right);
  const summaries = await sealed.summaries(rows);
  return summaries.filter((summary) => wantsRow(query, summary)).map((summary) => ({ ...summary, part }));
};

/**
 * Reads everything sealed in the order of positions. Parts share ranges of positions (one commit writes one for each segment
 * and day, and merged parts reach over many commits), so that a stretch of positions is read from all the parts that reach
 * into it. Positions that no part holds any more, since a policy dropped them, are passed at once.
 */
export class FeedReader {
  readonly #catalog: SealedCatalog;
  readonly #reader: SealedReader;

  constructor(catalog: SealedCatalog, reader: SealedReader) {
    this.#catalog = catalog;
    this.#reader = reader;
  }

  /** @throws PartDamaged, and the system's errors as they come: start over with a newer state when a part is gone. */
  async read(state: StoreState, query: PositionQuery): Promise<FeedSpan> {
    const size = Math.min(state.tree.size, query.before ?? Number.POSITIVE_INFINITY);
    const stretch = await this.#nextStretch(state, query, size);
    if (stretch === undefined) return { events: [], upTo: Math.max(query.behind, size - 1), more: false };
    const rows: SealedRow[] = [];
    for (const part of stretch.parts) {
      rows.push(...(await this.#catalog.withPart(part, (sealed) => rowsIn(sealed, part, stretch, query))));
    }
    rows.sort((left, right) => left.position - right.position);
    const count = countThatFits(rows, query);
    const last = count < rows.length ? rows[count - 1] : undefined;
    const upTo = last?.position ?? stretch.end - 1;
    return { events: await this.#reader.load(rows.slice(0, count)), upTo, more: upTo + 1 < size };
  }

  async #nextStretch(state: StoreState, query: PositionQuery, size: number): Promise<Stretch | undefined> {
    const { behind, limit } = query;
    const candidates = (await this.#candidates(state, query)).filter((part) => wantsPart(query, part));
    const [first] = candidates;
    if (first === undefined || first.first_position >= size) return undefined;
    const from = Math.max(behind + 1, first.first_position);
    if (from >= size) return undefined;
    // Where few of the events are wanted, as many are looked at as a merged part keeps together anyway.
    const most = Math.min(size, endOfReach(from, isFiltered(query) ? windowPositions : limit));
    const beyond = candidates.find((part, index) => index >= mostParts && part.first_position > from);
    const end = Math.min(most, beyond?.first_position ?? most);
    return { from, end, parts: candidates.filter((part) => part.first_position < end) };
  }

  /** Parts that may hold wanted events; one whose consultations can't be told any more is among them, and is found damaged. */
  async #candidates(state: StoreState, { behind, consultationId }: PositionQuery): Promise<readonly CommittedPart[]> {
    const all = this.#catalog.behind(state, behind);
    if (consultationId === undefined) return all;
    const { parts, unreadable } = await this.#catalog.locate(state, consultationId, behind);
    const named = new Set([...parts.map(({ path }) => path), ...unreadable]);
    return all.filter(({ path }) => named.has(path));
  }
}
