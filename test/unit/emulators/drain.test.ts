import { expect, test } from 'vitest';
import { drain } from '../../../localstack/emulators/queue/drain.ts';
import type { Clock } from '../../../shared/ports/clock.ts';

/** Sleeping moves it, and nothing else. */
const sleeperClock = (): Clock => {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    after: () => ({ cancel: () => {} }),
  };
};

const draining = (counts: readonly number[], signal = new AbortController().signal) => {
  const left = [...counts];
  const seen: number[] = [];
  const result = drain({
    waiting: async () => left.shift() ?? counts.at(-1) ?? 0,
    clock: sleeperClock(),
    timeoutMs: 10_000,
    onCount: (messages) => seen.push(messages),
    signal,
  });
  return { result, seen };
};

test('waits until nothing waits, and tells each count', async () => {
  const { result, seen } = draining([5, 3, 0]);
  expect(await result).toBe(0);
  expect(seen).toEqual([5, 3, 0]);
});

test('gives up when the time is over, and says what is left', async () => {
  const { result, seen } = draining([5, 4, 4]);
  expect(await result).toBe(4);
  expect(seen.length).toBeGreaterThan(10);
});

test('stops when it is interrupted', async () => {
  const { result } = draining([5], AbortSignal.abort());
  expect(await result).toBe(5);
});
