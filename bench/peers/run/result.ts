import type { RunOrigin } from '../../run/origin.ts';
import type { Repeat } from '../../run/result.ts';
import type { Metric } from '../../scenarios/scenario.ts';
import type { PeerScale } from '../comparison.ts';

/** One measurement of one contender. */
export interface PeerRun extends Repeat {
  readonly contender: string;
}

export interface ContenderResult {
  readonly name: string;
  readonly what: string;
  /** Why it did not run here. */
  readonly skipped?: string;
  /** What went wrong, one a run that has no values. */
  readonly failures: readonly string[];
}

export interface ComparisonResult {
  readonly name: string;
  readonly what: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly ours: ContenderResult;
  readonly peers: readonly ContenderResult[];
  /** As they came one after another: what a ratio compares are neighbours. */
  readonly runs: readonly PeerRun[];
}

/** Everything that a run saw: the report is made from this alone. */
export interface PeersResult extends RunOrigin {
  readonly format: 'fi-events bench:peers';
  readonly formatVersion: 1;
  readonly scaleName: 'full' | 'quick';
  readonly scale: PeerScale;
  /** Of the order of the peers and of the bootstrap. */
  readonly seed: number;
  readonly comparisons: readonly ComparisonResult[];
}
