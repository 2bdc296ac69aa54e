import type { Clock } from '../../../shared/ports/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Time that moves only when everything waits for it: the same run, event for event, under the same seed. */
export interface Simulation extends Clock {
  /** Runs until `done` settles. @throws Error when nothing is left that could settle it, or after `limitMs` of its time. */
  run<Value>(done: Promise<Value>, limitMs?: number): Promise<Value>;
}

/** Every microtask that is due runs before this resolves. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const createSimulation = (): Simulation => {
  const timers = new Set<Timer>();
  let nowMs = 0;
  let order = 0;

  const after = (ms: number, callback: () => void): { cancel(): void } => {
    const timer = { atMs: nowMs + ms, order: order++, fire: callback };
    timers.add(timer);
    return { cancel: () => timers.delete(timer) };
  };

  const next = (): Timer | undefined =>
    [...timers].reduce<Timer | undefined>(
      (first, timer) =>
        first === undefined || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)
          ? timer
          : first,
      undefined,
    );

  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const timer = after(ms, resolve);
        signal?.addEventListener('abort', () => {
          timer.cancel();
          resolve();
        });
      }),
    run: async (done, limitMs = 3_600_000) => {
      let isDone = false;
      const mark = (): void => {
        isDone = true;
      };
      done.then(mark, mark);
      for (;;) {
        await settled();
        if (isDone) return done;
        const timer = next();
        if (timer === undefined) throw new Error(`nothing moves any more at ${nowMs} ms`);
        if (timer.atMs > limitMs) throw new Error(`not done within ${limitMs} ms of simulated time`);
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.fire();
      }
    },
  };
};
