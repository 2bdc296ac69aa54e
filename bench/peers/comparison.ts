import type { Metric, Observation } from '../scenarios/scenario.ts';

/** How much is measured of each contender. */
export interface PeerScale {
  readonly warmUpMs: number;
  /** Of each measurement under load. */
  readonly measureMs: number;
  /** Events that are accepted before the kill. */
  readonly killAfterEvents: number;
  /** What a queue is given room for where nobody consumes, in bytes, and how many events it is then offered. */
  readonly limitBytes: number;
  readonly limitEvents: number;
  /** Events that a worker takes from its queue and stores. */
  readonly drainEvents: number;
  /** The same of a worker that takes one after another, and would need minutes. */
  readonly slowDrainEvents: number;
}

export const fullPeerScale: PeerScale = {
  warmUpMs: 2_000,
  measureMs: 8_000,
  killAfterEvents: 2_000,
  limitBytes: 16 * 1024 ** 2,
  limitEvents: 100_000,
  drainEvents: 100_000,
  slowDrainEvents: 5_000,
};

/** All in some minutes: shows that each peer works, and little about speed. */
export const quickPeerScale: PeerScale = {
  warmUpMs: 300,
  measureMs: 1_000,
  killAfterEvents: 300,
  limitBytes: 4 * 1024 ** 2,
  limitEvents: 12_000,
  drainEvents: 10_000,
  slowDrainEvents: 500,
};

/** One of those that a comparison measures: ours or a peer. */
export interface Contender {
  readonly name: string;
  readonly what: string;
  /** Installs what it needs, once. @throws Skipped where that is not to be had here */
  prepare(): Promise<void>;
  /** Measures it once, from its beginning. @param folder an empty one, removed afterwards */
  measure(folder: string, scale: PeerScale): Promise<Observation>;
}

/** Something that ours and others do, measured in the same way in one run. */
export interface Comparison {
  readonly name: string;
  readonly what: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly ours: Contender;
  readonly peers: readonly Contender[];
}
