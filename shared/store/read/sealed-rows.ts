import type { CommittedPart } from '../commits/format.ts';
import type { RowRange } from '../part/sealed/consultation-runs.ts';
import type { RowSummary, SealedPart } from '../part/sealed/open.ts';

/** A sealed event that is wanted, before its payload is read. */
export interface SealedRow extends RowSummary {
  readonly part: CommittedPart;
}

/** What is wanted of a consultation's sealed events. */
export interface SealedQuery {
  readonly consultationId: string;
  /** Only events behind this position. */
  readonly behind: number;
  readonly most: number;
  readonly eventType: string | undefined;
}

/** Rows that are looked at together; those of one chunk cost the same as one of them. */
const rowsAtOnce = 4_096;

const rowsOf = (ranges: readonly RowRange[]): number[] => {
  const rows: number[] = [];
  for (const { firstRow, rows: count } of ranges) {
    for (let row = firstRow; row < firstRow + count; row++) rows.push(row);
  }
  return rows;
};

/** How many of the ascending rows are not behind a position: found by halving, since a consultation may have very many. */
const countUpTo = async (sealed: SealedPart, rows: readonly number[], behind: number): Promise<number> => {
  let [low, high] = [0, rows.length];
  while (high - low > rowsAtOnce) {
    const middle = (low + high) >>> 1;
    const [summary] = await sealed.summaries(rows.slice(middle, middle + 1));
    if (summary !== undefined && summary.position <= behind) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The first rows of the consultation in one part that are wanted, in ascending order of position. */
export const wantedRows = async (
  sealed: SealedPart,
  part: CommittedPart,
  query: SealedQuery,
): Promise<readonly SealedRow[]> => {
  const { consultationId, behind, most, eventType } = query;
  const rows = rowsOf(await sealed.rowsOf(consultationId));
  const wanted: SealedRow[] = [];
  for (let at = await countUpTo(sealed, rows, behind); at < rows.length && wanted.length < most; at += rowsAtOnce) {
    for (const summary of await sealed.summaries(rows.slice(at, at + rowsAtOnce))) {
      if (summary.position <= behind || (eventType !== undefined && summary.eventType !== eventType)) continue;
      wanted.push({ ...summary, part });
      if (wanted.length === most) break;
    }
  }
  return wanted;
};
