import type { AcceptedEvent } from '../../domain/event.ts';

/** A stored event that lost its id to an earlier one with other content. */
export interface SealRow {
  readonly event: AcceptedEvent;
  /** The level-0 part that it stands in, relative to the store's folder. */
  readonly part: string;
}
