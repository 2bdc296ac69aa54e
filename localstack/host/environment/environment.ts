import { Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../../../shared/ports/clock.ts';
import { inTime } from '../../../shared/ports/in-time.ts';
import type { Logger } from '../../../shared/telemetry/log.ts';
import type { MetricSnapshot } from '../metrics-snapshot.ts';
import { EnvironmentEnded, FunctionFailed, FunctionTimedOut } from './errors.ts';
import type { EnvironmentReply, EnvironmentRequest, EnvironmentSettings } from './protocol.ts';

/** A metrics scrape does not wait longer for a thread that is busy; the last figures are shown instead. */
const metricsWaitMs = 1_000;

/**
 * Threads that may be stuck in a call of the system, beside the one that works. Such a call can't be ended from here: of one file
 * that hangs the next thread knows nothing, but on a share that hangs each new one gets stuck as well, and none gives back its memory.
 */
export const mostStuckThreads = 2;

/** Who closes does not wait longer for a thread: it may be stuck. */
const closeWaitMs = 1_000;

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface EnvironmentOptions extends EnvironmentSettings {
  /** An invocation that takes longer fails, and its thread is ended. */
  readonly timeoutMs: number;
  /** The environment variables that the function sees. Default: those of the process. */
  readonly variables?: Variables;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** One thread that hosts one function, as a Lambda execution environment does. */
export interface Environment {
  /**
   * Runs the function; the thread starts with the first invocation and is replaced after it ended.
   * @throws FunctionFailed | EnvironmentEnded | FunctionTimedOut
   */
  invoke(event: unknown): Promise<unknown>;
  /** The thread's metrics; empty when none has started, the last known ones when it is busy. */
  metrics(): Promise<MetricSnapshot>;
  /** Invocations that have not been answered. */
  readonly running: number;
  /**
   * Ends the thread; what still runs fails.
   * @returns false when a thread is left that is stuck in a call of the system, and with it the process: it can't exit.
   */
  close(): Promise<boolean>;
}

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: { cancel(): void };
}

export const createEnvironment = (options: EnvironmentOptions): Environment => {
  const { moduleUrl, functionName, timeoutMs, variables = process.env, logger, clock = systemClock } = options;
  const calls = new Map<number, Call>();
  let thread: Worker | undefined;
  /** Threads that were told to end and have not ended yet. */
  const ending = new Set<Promise<unknown>>();
  let lastId = 0;
  let lastMetrics: MetricSnapshot = [];
  let metricsAnswered: (() => void)[] = [];

  const failAll = (error: Error): void => {
    for (const call of calls.values()) {
      call.timer.cancel();
      call.reject(error);
    }
    calls.clear();
  };

  const settle = (reply: EnvironmentReply): void => {
    if (reply.kind === 'metrics') {
      lastMetrics = reply.metrics;
      for (const answered of metricsAnswered) answered();
      metricsAnswered = [];
      return;
    }
    const call = calls.get(reply.id);
    if (call === undefined) return;
    calls.delete(reply.id);
    call.timer.cancel();
    if (reply.kind === 'result') call.resolve(reply.result);
    else call.reject(new FunctionFailed(`${reply.failure.name}: ${reply.failure.message}`));
  };

  const start = (): Worker => {
    const settings: EnvironmentSettings = { moduleUrl, functionName };
    const worker = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: settings,
      name: functionName,
      env: { ...variables },
    });
    let cause: unknown;
    worker.on('message', settle);
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', (exitCode) => {
      if (thread !== worker) return;
      thread = undefined;
      logger.error('an execution environment ended', { reason: functionName, exit_code: exitCode, error: cause });
      failAll(new EnvironmentEnded(`${functionName} ended its thread (exit code ${exitCode})`, { cause }));
    });
    return worker;
  };

  const end = (worker: Worker): Promise<unknown> => {
    const ended = worker.terminate().finally(() => ending.delete(ended));
    ending.add(ended);
    return ended;
  };

  /** @throws EnvironmentEnded when a new thread would be one too many. */
  const requireThread = (): void => {
    if (thread !== undefined || ending.size < mostStuckThreads) return;
    throw new EnvironmentEnded(
      `${functionName} has ${ending.size} threads in calls of the file system that do not return: mount it again, or wait until its server is back.`,
    );
  };

  const request = (message: EnvironmentRequest): void => {
    thread ??= start();
    thread.postMessage(message);
  };

  /** The thread may be in the middle of synchronous code: ending it is the only way to get it back. */
  const endHung = (): void => {
    const hung = thread;
    thread = undefined;
    logger.error('a function did not answer in time', { reason: functionName, duration_ms: timeoutMs });
    failAll(new FunctionTimedOut(`${functionName} did not answer within ${timeoutMs} ms`));
    if (hung !== undefined) void end(hung);
  };

  return {
    invoke: async (event) => {
      requireThread();
      return new Promise((resolve, reject) => {
        const id = ++lastId;
        calls.set(id, { resolve, reject, timer: clock.after(timeoutMs, endHung) });
        request({ kind: 'invoke', id, event });
      });
    },
    metrics: async () => {
      if (thread === undefined) return lastMetrics;
      const answered = new Promise<void>((resolve) => metricsAnswered.push(resolve));
      request({ kind: 'metrics', id: ++lastId });
      const waiting = new AbortController();
      await Promise.race([answered, clock.sleep(metricsWaitMs, waiting.signal)]);
      waiting.abort();
      return lastMetrics;
    },
    get running() {
      return calls.size;
    },
    close: async () => {
      const last = thread;
      thread = undefined;
      failAll(new EnvironmentEnded(`${functionName} is being stopped`));
      if (last !== undefined) void end(last);
      try {
        await inTime(Promise.all(ending), functionName, { clock, timeoutMs: closeWaitMs });
        return true;
      } catch (error) {
        logger.warn('an execution environment is left behind', { reason: functionName, error });
        return false;
      }
    },
  };
};
