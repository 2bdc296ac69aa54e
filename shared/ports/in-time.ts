import type { Clock } from './clock.ts';

export interface TimeLimit {
  readonly clock: Pick<Clock, 'after'>;
  readonly timeoutMs: number;
}

/**
 * Waits for work, but no longer than that; the work itself goes on, so that whoever asks again and again must not begin it anew.
 * @throws Error naming `what` when it takes longer, and what the work throws.
 */
export const inTime = async <Value>(work: Promise<Value>, what: string, limit: TimeLimit): Promise<Value> => {
  const { clock, timeoutMs } = limit;
  const late = Promise.withResolvers<never>();
  const timer = clock.after(timeoutMs, () => late.reject(new Error(`${what} did not answer within ${timeoutMs} ms`)));
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    timer.cancel();
  }
};
