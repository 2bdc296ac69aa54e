import type { Clock } from '../../../shared/ports/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();
  readonly #epochMs = Date.UTC(2030, 0, 1);

  readonly nowMs = (): number => this.#epochMs + this.#nowMs;
  readonly monotonicMs = (): number => this.#nowMs;

  readonly after = (ms: number, callback: () => void): { cancel(): void } => {
    const timer: Timer = { atMs: this.#nowMs + ms, run: callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  };

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = this.after(ms, resolve);
      signal?.addEventListener('abort', () => {
        timer.cancel();
        resolve();
      });
    });

  /** Runs what falls due within `ms`, in order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#timers.delete(timer);
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      timer.run();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= untilMs && (next === undefined || timer.atMs < next.atMs)) next = timer;
    }
    return next;
  }
}
