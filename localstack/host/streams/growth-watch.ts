import type { Clock } from '../../../shared/ports/clock.ts';
import type { Logger } from '../../../shared/telemetry/log.ts';

export interface GrowthWatchOptions {
  /** How many events are sealed. */
  readonly sealedCount: () => Promise<number>;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Looks for new commits on behalf of all streams: however many wait there is one look an interval, and none while nobody waits.
 */
export class GrowthWatch {
  readonly #options: GrowthWatchOptions;
  readonly #waiting = new Set<() => void>();
  #sealed = -1;
  #looking = false;

  constructor(options: GrowthWatchOptions) {
    this.#options = options;
  }

  /** As of the last look; -1 before the first. */
  get sealed(): number {
    return this.#sealed;
  }

  /** Streams that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves when the count is another than `seen`, after `withinMs`, or when the signal fires; never rejects. */
  changed(seen: number, withinMs: number, signal: AbortSignal): Promise<void> {
    if (this.#sealed !== seen || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = this.#options.clock.after(withinMs, done);
      signal.addEventListener('abort', done);
      this.#waiting.add(done);
      if (!this.#looking) void this.#look();
    });
  }

  async #look(): Promise<void> {
    const { sealedCount, intervalMs, clock, logger } = this.#options;
    this.#looking = true;
    let isFailing = false;
    while (this.#waiting.size > 0) {
      await clock.sleep(intervalMs);
      try {
        const sealed = await sealedCount();
        isFailing = false;
        if (sealed === this.#sealed) continue;
        this.#sealed = sealed;
        for (const done of [...this.#waiting]) done();
      } catch (error) {
        // Once a trouble: at this rate every look would drown the rest of the log.
        if (!isFailing) logger.error('streams could not look for new events; they look again', { error });
        isFailing = true;
      }
    }
    this.#looking = false;
  }
}
