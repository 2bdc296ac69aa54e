import type { Clock } from '../ports/clock.ts';
import type { MergeReport } from '../store/merge/merger.ts';
import type { SealReport } from '../store/seal/sealer.ts';
import type { Logger } from '../telemetry/log.ts';

/** What SEAL needs of the store. */
export interface EventSealer {
  /** Looks once, and seals one batch when one is due. @throws what keeps it from sealing */
  seal(): Promise<SealReport>;
}

/** What merging needs of the store. */
export interface StoreMerger {
  /** Does one bounded piece of work, if there is any. @throws what keeps it from merging */
  merge(): Promise<MergeReport>;
}

export interface SealDependencies {
  readonly sealer: EventSealer;
  readonly merger: StoreMerger;
  readonly clock: Clock;
  readonly logger: Logger;
  /** No further batch and no merge is begun after so long, so that a function ends well before its platform ends it. */
  readonly mostMs: number;
}

/** What one run did. */
export interface SealSummary {
  readonly events: number;
  readonly repeats: number;
  readonly conflicts: number;
  readonly commits: number;
}

/** The longest wait between two tries while merging fails. */
const longestMergeWaitMs = 60_000;

/**
 * SEAL: gives positions to what waits in level 0, batch by batch, until nothing is due or the time is over; what
 * is left is for the next run. In the time that is left it merges, one bounded piece at a time, and looks whether something is due to be
 * sealed before each. Runs of one process never overlap.
 * @returns a function that throws what keeps it from sealing; nothing is lost by that, and the next run tries again.
 */
export const createSealFunction = ({
  sealer,
  merger,
  clock,
  logger,
  mostMs,
}: SealDependencies): (() => Promise<SealSummary>) => {
  let running: Promise<SealSummary> | undefined;

  let [mergeWaitMs, mergeAgainMs] = [0, 0];

  /** Sealing goes on whatever keeps a merge from being done, which is tried again less and less often. */
  const merge = async (): Promise<MergeReport['kind']> => {
    if (clock.monotonicMs() < mergeAgainMs) return 'idle';
    try {
      const { kind } = await merger.merge();
      mergeWaitMs = 0;
      return kind;
    } catch (error) {
      logger.error('parts could not be merged; nothing is lost by that, and it is tried again', { error });
      mergeWaitMs = Math.min(Math.max(1_000, mergeWaitMs * 2), longestMergeWaitMs);
      mergeAgainMs = clock.monotonicMs() + mergeWaitMs;
      return 'idle';
    }
  };

  const run = async (): Promise<SealSummary> => {
    const deadlineMs = clock.monotonicMs() + mostMs;
    const inTime = (): boolean => clock.monotonicMs() < deadlineMs;
    const sum = { events: 0, repeats: 0, conflicts: 0, commits: 0 };
    const seal = async (): Promise<void> => {
      do {
        const report = await sealer.seal();
        if (report.kind === 'idle') return;
        if (report.kind === 'outrun') continue;
        sum.events += report.events;
        sum.repeats += report.repeats;
        sum.conflicts += report.conflicts;
        sum.commits++;
      } while (inTime());
    };
    await seal();
    while (inTime() && (await merge()) !== 'idle') await seal();
    if (sum.commits > 0) logger.debug('events were sealed', { events: sum.events });
    return sum;
  };

  return async () => {
    running ??= run();
    try {
      return await running;
    } finally {
      running = undefined;
    }
  };
};
