import type { Clock } from '../../../shared/ports/clock.ts';
import type { Logger } from '../../../shared/telemetry/log.ts';

/** The longest wait between two tries while it fails, unless it is run less often anyway: what is wrong is put right by a person, or by a share that is back. */
const longestRetryMs = 60_000;

export interface FunctionTimer {
  /** Lets a run finish, and begins no other. */
  stop(): Promise<void>;
}

export interface FunctionTimerOptions {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The line of the log when a run fails. */
  readonly failure: string;
}

/**
 * Has a function look at the store every so often, one look at a time, as a schedule does on Lambda. What fails is tried
 * again, less and less often.
 * @param look is told by the signal that no further step is to be begun.
 */
export const startFunctionTimer = (
  look: (stopping: AbortSignal) => Promise<unknown>,
  { intervalMs, clock, logger, failure }: FunctionTimerOptions,
): FunctionTimer => {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    let waitMs = intervalMs;
    for (;;) {
      await clock.sleep(waitMs, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        await look(stopping.signal);
        waitMs = intervalMs;
      } catch (error) {
        logger.error(failure, { error });
        waitMs = Math.max(intervalMs, Math.min(waitMs * 2, longestRetryMs));
      }
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
