import type { ReceiveOptions } from '../../port.ts';
import type { JournalReceivedMessage } from '../port.ts';
import type { Core } from './core.ts';
import type { QueueState } from './queue-state.ts';
import { loadBodies, type Taken, takeMessages } from './take.ts';

/** A receive that waits for messages. */
interface Poll {
  readonly options: ReceiveOptions;
  readonly end: (taken: readonly Taken[]) => void;
}

/** The receives of one queue: those that find something are answered at once, the others wait in order of arrival. */
export class Polls {
  readonly #core: Core;
  readonly #queue: QueueState;
  readonly #waiting = new Set<Poll>();
  #timer: { cancel(): void } | undefined;

  constructor(core: Core, queue: QueueState) {
    this.#core = core;
    this.#queue = queue;
  }

  async receive(options: ReceiveOptions): Promise<readonly JournalReceivedMessage[]> {
    if (options.signal?.aborted) return [];
    // Those that waited longer are served first.
    const taken = this.#waiting.size > 0 ? [] : this.#take(options);
    if (taken.length > 0 || options.waitTimeSeconds <= 0) return loadBodies(this.#core, taken);
    return loadBodies(this.#core, await this.#wait(options));
  }

  /** Hands what is available to those that wait. */
  serve(): void {
    for (const poll of this.#waiting) {
      const taken = this.#take(poll.options);
      if (taken.length === 0) break;
      poll.end(taken);
    }
    this.#arm();
  }

  /** Answers all that wait with nothing. */
  endAll(): void {
    for (const poll of this.#waiting) poll.end([]);
    this.#arm();
  }

  #take({ maxMessages, visibilityTimeoutSeconds }: ReceiveOptions): readonly Taken[] {
    const seconds = visibilityTimeoutSeconds ?? this.#queue.attributes.visibilityTimeoutSeconds;
    return takeMessages(this.#core, this.#queue, maxMessages, seconds);
  }

  #wait(options: ReceiveOptions): Promise<readonly Taken[]> {
    return new Promise((resolve) => {
      const abort = (): void => poll.end([]);
      const timeout = this.#core.clock.after(options.waitTimeSeconds * 1_000, abort);
      const poll: Poll = {
        options,
        end: (taken) => {
          timeout.cancel();
          options.signal?.removeEventListener('abort', abort);
          this.#waiting.delete(poll);
          resolve(taken);
        },
      };
      options.signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.add(poll);
      this.#arm();
    });
  }

  /** Sets the timer for the next message that becomes available by itself, as long as somebody waits for it. */
  #arm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const deadlineMs = this.#queue.nextDeadlineMs;
    if (this.#waiting.size === 0 || deadlineMs === undefined) return;
    const leftMs = Math.max(1, Math.ceil(deadlineMs - this.#core.clock.monotonicMs()));
    this.#timer = this.#core.clock.after(leftMs, () => this.serve());
  }
}
