import type { Spectrum } from '../../measure/spectrum.ts';

/** What a thread's work takes, in microseconds of a processor: so much for each of what it has to do with. */
export interface WorkCosts {
  readonly perRequestUs: number;
  readonly perEventUs: number;
  /** A message is a pack: what shared one call to the queue. */
  readonly perMessageUs: number;
  /** A batch of messages is what becomes one part. */
  readonly perBatchUs: number;
}

/** What a node takes for its work, as calibration found it. */
export interface NodeCosts {
  /** The thread that answers HTTP and keeps the queue. */
  readonly front: WorkCosts;
  /** Threads of the same process that collect garbage and write files. */
  readonly frontHelpers: WorkCosts;
  /** The thread that takes messages from the queue. */
  readonly poller: WorkCosts;
  /** Threads of the same process that collect garbage and compress. */
  readonly consumerHelpers: WorkCosts;
  /** A thread that writes parts. */
  readonly worker: WorkCosts;
  /** The load generator's process, where it is on the same machine. */
  readonly generator: WorkCosts;
  /** Sealing one event, and writing one event again in a merge. */
  readonly sealPerEventUs: number;
  readonly mergePerEventUs: number;
  /** Part (0 to 1) of both that the thread itself does; the rest is helpers', which compress. */
  readonly sealThreadShare: number;
  /** How often an event is written again by merges, in the long run. */
  readonly mergesPerEvent: number;
  /** A synced write of the journal, and the publishing of a part on the share: milliseconds that wait for the disk. */
  readonly flushMs: Spectrum;
  readonly publishMs: Spectrum;
  /** Bytes of an event in a message as the consumer counts them. */
  readonly messageBytesPerEvent: number;
  /** Bytes of an event in its part, once it was merged. */
  readonly storedBytesPerEvent: number;
}

/** How many times its bytes in a merged part an event has in level 0: 198 to 110, at 1,000 events a part. */
const level0Ratio = 1.8;

/** Bytes of an event that the share is written and read until it is merged to the end. */
export const shareBytesPerEvent = ({
  storedBytesPerEvent,
  mergesPerEvent,
}: NodeCosts): { readonly written: number; readonly read: number } => ({
  written: storedBytesPerEvent * (level0Ratio + 1 + mergesPerEvent),
  read: storedBytesPerEvent * (level0Ratio + mergesPerEvent),
});

/** How much there is to do. */
export interface Amount {
  readonly requests?: number;
  readonly events?: number;
  readonly messages?: number;
  readonly batches?: number;
}

/** What so much takes, in microseconds. */
export const workUs = (costs: WorkCosts, { requests = 0, events = 0, messages = 0, batches = 0 }: Amount): number =>
  requests * costs.perRequestUs +
  events * costs.perEventUs +
  messages * costs.perMessageUs +
  batches * costs.perBatchUs;
