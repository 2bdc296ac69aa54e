import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type Clock, systemClock } from '../../shared/ports/clock.ts';
import type { Logger } from '../../shared/telemetry/log.ts';

export interface SuperviseOptions {
  /** For log lines. */
  readonly name: string;
  /** Starts the process anew. */
  readonly start: () => ChildProcess;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Wait before the first restart; doubled with each that follows soon. Short, since messages wait meanwhile. */
  readonly firstDelayMs?: number;
  /** Longest wait: a disk or a NAS that is back should not have to wait much longer for us. */
  readonly longestDelayMs?: number;
  /** A process that ran this long is taken for healthy: the wait starts small again. */
  readonly healthyAfterMs?: number;
}

export interface Supervisor {
  /** The running process; undefined between an exit and the restart. */
  readonly child: ChildProcess | undefined;
  /** Sends SIGTERM and waits; after `timeoutMs` SIGKILL. Not started again. @returns false when it had to be killed */
  stop(timeoutMs: number): Promise<boolean>;
}

/** Keeps one child process running until told to stop. */
export const supervise = (options: SuperviseOptions): Supervisor => {
  const { name, start, logger, clock = systemClock } = options;
  const { firstDelayMs = 100, longestDelayMs = 5_000, healthyAfterMs = 10_000 } = options;
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  let attempt = 0;

  const runOnce = async (): Promise<void> => {
    const startedMs = clock.monotonicMs();
    const running = start();
    child = running;
    logger.info(`${name} started`, { ...(running.pid === undefined ? {} : { pid: running.pid }), attempt });
    const end = await new Promise<{ exit_code?: number | null; signal?: string | null; error?: unknown }>((resolve) => {
      running.once('exit', (exitCode, signal) => resolve({ exit_code: exitCode, signal }));
      running.on('error', (error) => {
        // Also raised when a signal or a message can't be delivered; only a process that never was is over.
        if (running.pid === undefined) resolve({ error });
      });
    });
    child = undefined;
    if (stopping.signal.aborted) return;
    const ranMs = clock.monotonicMs() - startedMs;
    attempt = ranMs >= healthyAfterMs ? 1 : attempt + 1;
    logger.error(`${name} ended and is started again`, { ...end, attempt, duration_ms: Math.round(ranMs) });
    await clock.sleep(Math.min(firstDelayMs * 2 ** (attempt - 1), longestDelayMs), stopping.signal);
  };

  const ended = (async () => {
    while (!stopping.signal.aborted) await runOnce();
  })();

  return {
    get child() {
      return child;
    },
    stop: async (timeoutMs) => {
      stopping.abort();
      const running = child;
      if (running === undefined) {
        await ended;
        return true;
      }
      let inTime = true;
      const deadline = clock.after(timeoutMs, () => {
        inTime = false;
        logger.error(`${name} did not end in time and is killed`, { duration_ms: timeoutMs });
        running.kill('SIGKILL');
      });
      if (running.exitCode === null && running.signalCode === null) {
        running.kill('SIGTERM');
        await once(running, 'exit');
      }
      deadline.cancel();
      await ended;
      return inTime;
    },
  };
};
