import type { SealRow } from './row.ts';

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** By consultation, then as they came in; where two requests came in the same millisecond, by id, so that it is one order. */
const byPosition = ({ event: left }: SealRow, { event: right }: SealRow): number =>
  compare(left.consultationId, right.consultationId) ||
  compare(left.receivedAt, right.receivedAt) ||
  left.requestIndex - right.requestIndex ||
  compare(left.eventId, right.eventId);

/** The order in which a batch gets its positions. */
export const inOrder = <Row extends SealRow>(rows: readonly Row[]): readonly Row[] => rows.toSorted(byPosition);
