import { type DistinctRows, identityOf, type SealRow } from './row.ts';

/** The order that decides conflicts: by what the event itself says, then by its part, never by who was read first. */
const isEarlier = (left: SealRow, right: SealRow): boolean => {
  const [a, b] = [left.event, right.event];
  if (a.receivedAt !== b.receivedAt) return a.receivedAt < b.receivedAt;
  if (a.requestIndex !== b.requestIndex) return a.requestIndex < b.requestIndex;
  return left.part < right.part;
};

/** Keeps one row of each identity, the earliest; a repeat with the same content is dropped, with other content it is disputed. */
export const dropRepeats = <Row extends SealRow>(rows: readonly Row[]): DistinctRows<Row> => {
  const first = new Map<string, Row>();
  for (const row of rows) {
    const identity = identityOf(row.event);
    const known = first.get(identity);
    if (known === undefined || isEarlier(row, known)) first.set(identity, row);
  }
  const disputed = rows.flatMap((row) => {
    const heldBy = first.get(identityOf(row.event))?.contentHash;
    return heldBy === undefined || Buffer.compare(heldBy, row.contentHash) === 0 ? [] : [{ row, heldBy }];
  });
  return { rows: [...first.values()], repeats: rows.length - first.size - disputed.length, disputed };
};
