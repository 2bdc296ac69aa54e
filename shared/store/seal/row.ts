import type { AcceptedEvent } from '../../domain/event.ts';

/** A stored event on its way to a position. */
export interface SealRow {
  readonly event: AcceptedEvent;
  /** What decides whether a repeat of its id is the same event. */
  readonly contentHash: Uint8Array;
  /** The level-0 part that it stands in, relative to the store's folder. */
  readonly part: string;
}

/** A row whose id belongs to an event with another content hash: a conflict, or the same event in another form. */
export interface Disputed<Row extends SealRow> {
  readonly row: Row;
  /** The content hash of the event that has the id, or the first 16 bytes of it. */
  readonly heldBy: Uint8Array;
}

/** Rows of which each has its id for itself, and those that lost theirs to an earlier event with other content. */
export interface DistinctRows<Row extends SealRow> {
  readonly rows: readonly Row[];
  /** How many were dropped, since the same event is there already. */
  readonly repeats: number;
  readonly disputed: readonly Disputed<Row>[];
}

/** A consultation id has no line break, so no two identities give the same text. */
export const identityOf = ({ eventId, consultationId }: AcceptedEvent): string => `${eventId}\n${consultationId}`;
