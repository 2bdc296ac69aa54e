import type { Clock } from '../../../shared/ports/clock.ts';

export interface DrainOptions {
  /** Messages in all queues that something consumes. */
  readonly waiting: () => Promise<number>;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Told the number whenever it was counted. */
  readonly onCount: (messages: number) => void;
  readonly signal: AbortSignal;
}

const pollMs = 250;

/** Waits until nothing waits, or the time is over. @returns how many messages wait at the end */
export const drain = async ({ waiting, clock, timeoutMs, onCount, signal }: DrainOptions): Promise<number> => {
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    const messages = await waiting();
    onCount(messages);
    if (messages === 0 || clock.monotonicMs() >= deadlineMs || signal.aborted) return messages;
    await clock.sleep(pollMs, signal);
  }
};
