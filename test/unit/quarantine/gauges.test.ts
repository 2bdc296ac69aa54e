import { beforeEach, expect, it } from 'vitest';
import { QueueUnavailable } from '../../../shared/domain/errors.ts';
import { createQuarantineGauges } from '../../../shared/stages/quarantine/gauges.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { lettersOpen, queueLength, queuePending } from '../../../shared/telemetry/metrics.ts';

beforeEach(() => {
  for (const gauge of [lettersOpen, queueLength, queuePending]) gauge.reset();
});

const valuesOf = async (): Promise<readonly (number | undefined)[]> =>
  [await queueLength.get(), await queuePending.get(), await lettersOpen.get()].map(({ values }) => values[0]?.value);

/** Gauges at a time that a test sets, of counts that it sets too. */
const create = () => {
  const world = { nowMs: 0, waiting: 2, open: 5, queueFails: false, counted: 0, late: [] as (() => void)[] };
  const gauges = createQuarantineGauges({
    deadLetters: {
      name: 'dead',
      depth: async () => {
        if (world.queueFails) throw new QueueUnavailable('down');
        return { visible: world.waiting, delayed: 1, inFlight: 4 };
      },
    },
    store: {
      countOpen: async () => {
        world.counted++;
        return world.open;
      },
    },
    clock: {
      nowMs: () => world.nowMs,
      monotonicMs: () => world.nowMs,
      sleep: async () => {},
      after: (_, callback) => {
        world.late.push(callback);
        return { cancel: () => {} };
      },
    },
    logger: silentLogger,
  });
  return { world, gauges };
};

it('show what waits in the dead-letter queue and what is open in quarantine', async () => {
  const { gauges } = create();
  await gauges.sample();
  expect(await valuesOf()).toEqual([3, 4, 5]);
});

it('count letters at most every 15 s, and ask the queue each time', async () => {
  const { gauges, world } = create();
  await gauges.sample();
  Object.assign(world, { nowMs: 14_999, waiting: 9, open: 6 });
  await gauges.sample();
  expect(await valuesOf()).toEqual([10, 4, 5]);
  world.nowMs = 15_000;
  await gauges.sample();
  expect(await valuesOf()).toEqual([10, 4, 6]);
  expect(world.counted).toBe(2);
});

it('keep their last figure where nothing answers', async () => {
  const { gauges, world } = create();
  await gauges.sample();
  Object.assign(world, { queueFails: true, waiting: 9 });
  await gauges.sample();
  expect(await valuesOf()).toEqual([3, 4, 5]);
});

it('do not keep a scrape waiting for a store that hangs', async () => {
  const { gauges, world } = create();
  Object.assign(world, { open: new Promise(() => {}) });
  const sampled = gauges.sample();
  for (const callback of world.late) callback();
  await sampled;
  expect((await lettersOpen.get()).values[0]?.value).toBe(0);
});
