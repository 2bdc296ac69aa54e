import type { AcceptedEvent, SegmentedEvent } from '../domain/event.ts';
import { leafHash } from '../domain/leaf.ts';

/** HASH: gives an event its leaf. */
export type HashEvent = (event: SegmentedEvent) => AcceptedEvent;

/** SHA-256 over the normalised envelope and the payload's bytes as sent, see `leafHash`. */
export const hashEvent: HashEvent = (event) => ({ ...event, leaf: leafHash(event) });
