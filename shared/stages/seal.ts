import type { Clock } from '../ports/clock.ts';
import type { SealReport } from '../store/seal/sealer.ts';
import type { Logger } from '../telemetry/log.ts';

/** What SEAL needs of the store. */
export interface EventSealer {
  /** Looks once, and seals one batch when one is due. @throws what keeps it from sealing */
  seal(): Promise<SealReport>;
  /** Merges runs of the index of known ids, if there are enough. @returns whether it did */
  mergeIndex(): Promise<boolean>;
}

export interface SealDependencies {
  readonly sealer: EventSealer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** No further batch is begun after so long, so that a function ends well before its platform ends it. */
  readonly mostMs: number;
}

/** What one run did. */
export interface SealSummary {
  readonly events: number;
  readonly repeats: number;
  readonly conflicts: number;
  readonly commits: number;
}

/**
 * SEAL: gives positions to what waits in level 0, batch by batch, until nothing is due or the time is over; what
 * is left is for the next run. Runs of one process never overlap.
 * @returns a function that throws what keeps it from sealing; nothing is lost by that, and the next run tries again.
 */
export const createSealFunction = ({
  sealer,
  clock,
  logger,
  mostMs,
}: SealDependencies): (() => Promise<SealSummary>) => {
  let running: Promise<SealSummary> | undefined;

  const run = async (): Promise<SealSummary> => {
    const deadlineMs = clock.monotonicMs() + mostMs;
    const inTime = (): boolean => clock.monotonicMs() < deadlineMs;
    const sum = { events: 0, repeats: 0, conflicts: 0, commits: 0 };
    do {
      const report = await sealer.seal();
      if (report.kind === 'idle') break;
      if (report.kind === 'outrun') continue;
      sum.events += report.events;
      sum.repeats += report.repeats;
      sum.conflicts += report.conflicts;
      sum.commits++;
    } while (inTime());
    while (inTime() && (await sealer.mergeIndex())) sum.commits++;
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
