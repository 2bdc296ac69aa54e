import { type Comparison, type Contender, quickPeerScale } from '../../../../bench/peers/comparison.ts';
import type { ComparisonResult, PeerRun, PeersResult } from '../../../../bench/peers/run/result.ts';
import { benchResult, repeat } from '../fixtures/result.ts';

export const metrics = {
  requestsPerSecond: { what: 'answered', unit: 'req/s', better: 'higher' },
  p95Ms: { what: '95 % are quicker', unit: 'ms', better: 'lower' },
  accepted: { what: 'accepted', unit: 'events', better: 'neither' },
} as const;

export const contender = (name: string, changes: Partial<Contender> = {}): Contender => ({
  name,
  what: `what ${name} is`,
  prepare: async () => {},
  measure: async () => ({ values: { requestsPerSecond: 1, p95Ms: 1 }, lost: 0 }),
  ...changes,
});

export const comparison = (peers: readonly Contender[], changes: Partial<Comparison> = {}): Comparison => ({
  name: 'accept',
  what: 'what is compared',
  metrics,
  ours: contender('ours'),
  peers,
  ...changes,
});

/** Runs in the order of time: whose, and what was measured. */
export const runsOf = (...each: readonly (readonly [contender: string, values: PeerRun['values']])[]): PeerRun[] =>
  each.map(([name, values], index) => ({ ...repeat(index + 1, values), contender: name }));

export const comparisonResult = (
  peer: string,
  runs: readonly PeerRun[],
  changes: Partial<ComparisonResult> = {},
): ComparisonResult => ({
  name: 'accept',
  what: 'what is compared',
  metrics,
  ours: { name: 'ours', what: 'what ours is', failures: [] },
  peers: [{ name: peer, what: 'what the peer is', failures: [] }],
  runs,
  ...changes,
});

export const peersResult = (comparisons: readonly ComparisonResult[], scaleName: 'full' | 'quick'): PeersResult => {
  const { startedAt, finishedAt, machine, revision, seed } = benchResult([]);
  return {
    ...{ startedAt, finishedAt, machine, revision, seed, scaleName, comparisons },
    format: 'fi-events bench:peers',
    formatVersion: 1,
    scale: quickPeerScale,
  };
};
