import { describe, expect, it } from 'vitest';
import { QueueFull, StoreUnavailable } from '../../../shared/domain/errors.ts';
import { createBackpressure } from '../../../shared/http/backpressure.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { registry } from '../../../shared/telemetry/metrics.ts';

/** A clock that stands still until the test moves it. */
const standingClock = () => {
  let now = 0;
  const timers: { at: number; callback: () => void }[] = [];
  const clock: Clock = {
    nowMs: () => now,
    monotonicMs: () => now,
    sleep: async () => {},
    after: (ms, callback) => {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return { cancel: () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0) };
    },
  };
  const pass = (ms: number): void => {
    now += ms;
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.callback();
    }
  };
  return { clock, pass, timers };
};

const setup = () => {
  const { clock, pass, timers } = standingClock();
  const state = { visible: 0, inFlight: 0, delayed: 0, freeBytes: 1_000, samples: 0, queueError: false };
  const store = { freeBytes: async (): Promise<number> => state.freeBytes };
  const backpressure = createBackpressure({
    queue: {
      name: 'backpressure-test',
      depth: async () => {
        state.samples++;
        if (state.queueError) throw new Error('no answer');
        return { visible: state.visible, inFlight: state.inFlight, delayed: state.delayed };
      },
    },
    store,
    clock,
    logger: silentLogger,
    intervalMs: 1_000,
    maxQueueMessages: 100,
    minFreeBytes: 500,
    sampleTimeoutMs: 2_000,
  });
  return { backpressure, state, store, pass, timers };
};

describe('backpressure', () => {
  it('waits for a first sample, then decides without waiting', async () => {
    const { backpressure, state } = setup();
    expect(backpressure.admit()).toBeInstanceOf(Promise);
    await backpressure.sample();
    expect(backpressure.admit()).toBeUndefined();
    expect(state.samples).toBe(1);
  });

  it('answers 429 above the depth, what is in flight included, and opens again', async () => {
    const { backpressure, state } = setup();
    Object.assign(state, { visible: 60, inFlight: 30, delayed: 11 });
    await backpressure.sample();
    expect(() => backpressure.admit()).toThrow(QueueFull);
    state.visible = 59;
    await backpressure.sample();
    expect(backpressure.admit()).toBeUndefined();
  });

  it('answers 503 when the store is nearly full or gone, whatever the queue says', async () => {
    const { backpressure, state, store } = setup();
    Object.assign(state, { visible: 1_000, freeBytes: 499 });
    await backpressure.sample();
    expect(() => backpressure.admit()).toThrow(StoreUnavailable);
    // What is there can be read although nothing more fits.
    expect(backpressure.storeAway()).toBeUndefined();
    store.freeBytes = async () => Promise.reject(new Error('ENOENT'));
    state.visible = 0;
    await backpressure.sample();
    expect(() => backpressure.admit()).toThrow('The store cannot be reached');
    expect(backpressure.storeAway()).toBeInstanceOf(StoreUnavailable);
    store.freeBytes = async () => 1_000;
    await backpressure.sample();
    expect(backpressure.storeAway()).toBeUndefined();
  });

  it('takes a store that does not answer in time for one that is gone', async () => {
    const { backpressure, store, pass } = setup();
    store.freeBytes = () => new Promise<number>(() => {});
    const sampled = backpressure.sample();
    pass(2_000);
    await sampled;
    expect(() => backpressure.admit()).toThrow(StoreUnavailable);
  });

  it('refuses nothing because the depth is unknown', async () => {
    const { backpressure, state } = setup();
    state.queueError = true;
    await backpressure.sample();
    expect(backpressure.admit()).toBeUndefined();
  });

  it('samples again behind a request once the interval has passed, and before it after a pause', async () => {
    const { backpressure, state, pass } = setup();
    await backpressure.sample();
    state.visible = 1_000;
    pass(1_001);
    expect(backpressure.admit()).toBeUndefined();
    await backpressure.sample();
    expect(() => backpressure.admit()).toThrow(QueueFull);
    state.visible = 0;
    pass(60_000);
    await backpressure.admit();
    expect(backpressure.admit()).toBeUndefined();
  });

  it('samples every interval for a host, until it is stopped', async () => {
    const { backpressure, state, pass, timers } = setup();
    const sampler = backpressure.start();
    for (let count = 1; count <= 3; count++) {
      await backpressure.sample();
      await new Promise((resolve) => setImmediate(resolve));
      expect(state.samples).toBe(count);
      if (count < 3) pass(1_000);
    }
    sampler.stop();
    expect(timers).toHaveLength(0);
  });

  it('sets the gauges', async () => {
    const { backpressure, state } = setup();
    Object.assign(state, { visible: 5, delayed: 2, inFlight: 3 });
    await backpressure.sample();
    const text = await registry.metrics();
    expect(text).toContain('fi_queue_length{stream="backpressure-test"} 7');
    expect(text).toContain('fi_queue_pending{stream="backpressure-test"} 3');
  });
});
