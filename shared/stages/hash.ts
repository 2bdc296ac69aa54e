import xxhash from 'xxhash-wasm';
import type { AcceptedEvent, SegmentedEvent } from '../domain/event.ts';
import { leafHash } from '../domain/leaf.ts';

/** HASH: gives an event its leaf. */
export type HashEvent = (event: SegmentedEvent) => AcceptedEvent;

/** SHA-256 over the normalised envelope and the payload's bytes as sent, see `leafHash`. */
export const hashEvent: HashEvent = (event) => ({
  consultationId: event.consultationId,
  eventId: event.eventId,
  eventType: event.eventType,
  userId: event.userId,
  occurredAt: event.occurredAt,
  receivedAt: event.receivedAt,
  requestIndex: event.requestIndex,
  payload: event.payload,
  segment: event.segment,
  leaf: leafHash(event),
});

/** What is told of each payload when `FI_XXH3` is on. */
export type ChecksumSink = (checksum: bigint) => void;

/**
 * The report's trade, for those who want to see it on their machine: a 64-bit xxHash of the payload beside SHA-256,
 * never instead of it. It proves nothing and so goes neither into the leaf nor into a part; its cost shows in the
 * HASH histogram, its value goes to `sink`. The WASM build offers XXH64, the older sister with the same strength.
 */
export const createChecksummingHash = async (sink: ChecksumSink): Promise<HashEvent> => {
  const { h64 } = await xxhash();
  return (event) => {
    sink(h64(event.payload));
    return hashEvent(event);
  };
};
