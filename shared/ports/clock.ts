import { setTimeout as sleepMs } from 'node:timers/promises';

/** Time as the store, the journal and the poller see it; a simulation passes its own. */
export interface Clock {
  /** Unix milliseconds; may step. */
  nowMs(): number;
  /** Milliseconds that only ever grow. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once (without throwing) when `signal` fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `callback` after `ms` unless cancelled; never keeps the process alive. */
  after(ms: number, callback: () => void): { cancel(): void };
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await sleepMs(ms, undefined, signal ? { signal } : undefined).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    });
  },
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
