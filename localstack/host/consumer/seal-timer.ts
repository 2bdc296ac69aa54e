import type { Clock } from '../../../shared/ports/clock.ts';
import type { Logger } from '../../../shared/telemetry/log.ts';

/** The longest wait between two tries while sealing fails: what is wrong is put right by a person, or by a share that is back. */
const longestRetryMs = 60_000;

export interface SealTimer {
  /** Lets a running seal finish, and begins no other. */
  stop(): Promise<void>;
}

/**
 * Has `functions/seal` look at the store every so often, one look at a time, as a schedule does on Lambda. What fails is
 * tried again, less and less often.
 */
export const startSealTimer = (
  seal: () => Promise<unknown>,
  intervalMs: number,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): SealTimer => {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    let waitMs = intervalMs;
    for (;;) {
      await clock.sleep(waitMs, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        await seal();
        waitMs = intervalMs;
      } catch (error) {
        logger.error('events could not be sealed; they stay readable, and it is tried again', { error });
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
