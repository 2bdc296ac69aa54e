import type { NoiseWatch } from '../../measure/noise.ts';
import { type Random, shuffled } from '../../measure/random.ts';
import { explain, measureOnce, type Outcome } from '../../run/measure-once.ts';
import { Skipped } from '../../scenarios/scenario.ts';
import type { Comparison, Contender, PeerScale } from '../comparison.ts';
import type { ComparisonResult, ContenderResult, PeerRun } from './result.ts';

/** Told what happens. */
export interface PeersProgress {
  skips(comparison: Comparison, contender: Contender, reason: string): void;
  begins(comparison: Comparison, contender: Contender): void;
  ended(outcome: Outcome): void;
}

export interface PeersRunOptions {
  /** How often each peer is measured. */
  readonly repeats: number;
  readonly scale: PeerScale;
  /** Where folders are made; each is removed as soon as it was measured. */
  readonly folder: string;
  readonly random: Random;
  readonly progress: PeersProgress;
  /** What is watched during a measurement. Default: this machine. */
  readonly watch?: () => NoiseWatch;
}

/** Ours before each peer and once more at the end, so that every peer has ours on both sides and whatever the machine does hits both. */
const interleaved = (ours: Contender, peers: readonly Contender[]): readonly Contender[] => [
  ...peers.flatMap((peer) => [ours, peer]),
  ours,
];

/** Why a contender cannot run here; undefined when it is ready. */
const whyNot = async (contender: Contender): Promise<string | undefined> => {
  try {
    await contender.prepare();
    return undefined;
  } catch (error) {
    if (error instanceof Skipped) return explain(error);
    throw error;
  }
};

/** Measures ours and its peers in turn. One that cannot run here is not tried again; one that failed is. */
export const runComparison = async (comparison: Comparison, options: PeersRunOptions): Promise<ComparisonResult> => {
  const { name, what, metrics, ours, peers } = comparison;
  const { repeats, scale, folder, random, progress, watch } = options;
  const runs: PeerRun[] = [];
  const skipped = new Map<Contender, string>();
  const failures = new Map<Contender, string[]>([ours, ...peers].map((contender) => [contender, []]));
  const measured = new Map<Contender, number>();

  const measure = async (contender: Contender): Promise<void> => {
    progress.begins(comparison, contender);
    const repeat = (measured.get(contender) ?? 0) + 1;
    const run = (own: string) => contender.measure(own, scale);
    const outcome = await measureOnce({ name: contender.name, metrics, run }, repeat, { parent: folder, watch });
    if (outcome.kind === 'measured') {
      measured.set(contender, repeat);
      runs.push({ ...outcome.repeat, contender: contender.name });
    } else if (outcome.kind === 'skipped') skipped.set(contender, outcome.reason);
    else failures.get(contender)?.push(outcome.reason);
    progress.ended(outcome);
  };

  for (const contender of [ours, ...peers]) {
    const reason = await whyNot(contender);
    if (reason === undefined) continue;
    skipped.set(contender, reason);
    progress.skips(comparison, contender, reason);
  }
  for (let repeat = 1; repeat <= repeats; repeat++) {
    const present = shuffled(peers, random).filter((peer) => !skipped.has(peer));
    for (const contender of interleaved(ours, present)) if (!skipped.has(contender)) await measure(contender);
  }

  const resultOf = (contender: Contender): ContenderResult => {
    const reason = skipped.get(contender);
    return {
      name: contender.name,
      what: contender.what,
      failures: failures.get(contender) ?? [],
      ...(reason === undefined ? {} : { skipped: reason }),
    };
  };
  return { name, what, metrics, ours: resultOf(ours), peers: peers.map(resultOf), runs };
};
