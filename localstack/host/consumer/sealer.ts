import type { Config } from '../../../shared/config.ts';
import { type Clock, systemClock } from '../../../shared/ports/clock.ts';
import type { Logger } from '../../../shared/telemetry/log.ts';
import { createEnvironment, type Environment } from '../environment/environment.ts';

/** What takes longer is taken for stuck; generous, since a share may stall for minutes. What was not committed is sealed later. */
const sealTimeoutMs = 300_000;

/** The longest wait between two tries while sealing fails: what is wrong is fixed by a person, or by a share that is back. */
const longestRetryMs = 60_000;

export interface SealTimer {
  metrics(): ReturnType<Environment['metrics']>;
  /** Lets a running seal finish, and begins no other. */
  stop(): Promise<void>;
}

/** Runs a seal every so often, one at a time; failures are tried again, less and less often. */
export const runSeals = async (
  seal: () => Promise<unknown>,
  intervalMs: number,
  { clock, logger, signal }: { readonly clock: Clock; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> => {
  let waitMs = intervalMs;
  while (!signal.aborted) {
    await clock.sleep(waitMs, signal);
    if (signal.aborted) return;
    try {
      await seal();
      waitMs = intervalMs;
    } catch (error) {
      logger.error('events could not be sealed; they stay readable, and it is tried again', { error });
      waitMs = Math.max(intervalMs, Math.min(waitMs * 2, longestRetryMs));
    }
  }
};

/** Has `functions/seal` look at the store every `FI_SEAL_INTERVAL_MS`, in a thread of its own: sealing computes, and batches must not wait for it. */
export const startSealer = (config: Config, logger: Logger, clock: Clock = systemClock): SealTimer => {
  const environment = createEnvironment({
    moduleUrl: new URL('../../../functions/seal.ts', import.meta.url).href,
    functionName: 'seal',
    timeoutMs: sealTimeoutMs,
    logger,
    clock,
  });
  const stopping = new AbortController();
  const running = runSeals(() => environment.invoke({}), config.sealIntervalMs, {
    clock,
    logger,
    signal: stopping.signal,
  });
  return {
    metrics: () => environment.metrics(),
    stop: async () => {
      stopping.abort();
      await running;
      await environment.close();
    },
  };
};
