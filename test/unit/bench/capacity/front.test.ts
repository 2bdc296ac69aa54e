import { expect, it } from 'vitest';
import { createFront } from '../../../../bench/capacity/node/front.ts';
import { createMessageQueue } from '../../../../bench/capacity/node/message-queue.ts';
import { constant, exponential } from '../../../../bench/capacity/simulation/draw.ts';
import { createProcessors } from '../../../../bench/capacity/simulation/processors.ts';
import { createSimulation } from '../../../../bench/capacity/simulation/simulation.ts';
import { createRandom } from '../../../../bench/measure/random.ts';
import { plantedCosts } from './fixtures/costs.ts';

const nothing = { perRequestUs: 0, perEventUs: 0, perMessageUs: 0, perBatchUs: 0 };
const flushMs = 2;

/**
 * A flush takes D and serves all who came during the one before. Of those that come during a flush, each waits half of it on average and then
 * D; who comes to an idle journal, which a flush leaves with probability e^(-rD), takes D alone.
 */
const meanOfBatchService = (ratePerMs: number): number => {
  const during = ratePerMs * flushMs;
  const idle = Math.exp(-during);
  return (during * 1.5 * flushMs + idle * flushMs) / (during + idle);
};

for (const ratePerMs of [0.05, 0.5, 5]) {
  it(`answers ${ratePerMs * 1_000} requests a second as the formula of batch service says, when only the disk takes time`, () => {
    const simulation = createSimulation();
    const group = createProcessors(simulation, 2).group();
    const queue = createMessageQueue(() => simulation.nowMs);
    const front = createFront({
      simulation,
      costs: { ...plantedCosts, front: nothing, frontHelpers: nothing },
      thread: group.thread(),
      helpers: group.thread(),
      flushMs: constant(flushMs),
      queue,
      packBytes: 1_000_000,
    });
    const gapMs = exponential(1 / ratePerMs, createRandom(3));
    const count = 40_000;
    let [sent, answered, sumMs] = [0, 0, 0];
    const arrive = (): void => {
      const sinceMs = simulation.nowMs;
      front.accept(1, () => {
        answered++;
        sumMs += simulation.nowMs - sinceMs;
      });
      if (++sent < count) simulation.after(gapMs(), arrive);
    };
    simulation.after(gapMs(), arrive);
    simulation.runUntil(1e9);
    expect(answered).toBe(count);
    expect(sumMs / count / meanOfBatchService(ratePerMs)).toBeCloseTo(1, 1);
    expect(queue.waitingEvents).toBe(count);
  });
}
