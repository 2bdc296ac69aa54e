import { expect, it } from 'vitest';
import { startFunctionTimer } from '../../../localstack/host/consumer/function-timer.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';

/** A clock whose sleeps end when the test says so. */
const createClock = () => {
  const sleeps: number[] = [];
  let wake: (() => void) | undefined;
  return {
    sleeps,
    wake: () => wake?.(),
    clock: {
      nowMs: () => 0,
      monotonicMs: () => 0,
      sleep: (ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          if (signal?.aborted) return resolve();
          sleeps.push(ms);
          wake = resolve;
          signal?.addEventListener('abort', () => resolve(), { once: true });
        }),
      after: () => ({ cancel: () => {} }),
    },
  };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('looks every so often, waits longer while it fails, and lets a look finish at the end', async () => {
  const { clock, sleeps, wake } = createClock();
  const outcomes = ['ok', 'fails', 'fails', 'ok', 'hangs'];
  let finish = (): void => {};
  let sealed = 0;
  const timer = startFunctionTimer(
    async () => {
      const outcome = outcomes[sealed++];
      if (outcome === 'fails') throw new Error('the share is away');
      if (outcome === 'hangs') await new Promise<void>((resolve) => (finish = resolve));
    },
    { intervalMs: 1_000, clock, logger: silentLogger, failure: 'it failed' },
  );
  for (let seal = 0; seal < 5; seal++) {
    wake();
    await turn();
  }
  expect([sleeps, sealed]).toEqual([[1_000, 1_000, 2_000, 4_000, 1_000], 5]);
  let stopped = false;
  const stopping = timer.stop().then(() => {
    stopped = true;
  });
  await turn();
  expect(stopped).toBe(false);
  finish();
  await stopping;
  expect(sealed).toBe(5);
});
