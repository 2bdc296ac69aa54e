import { describe, expect, it } from 'vitest';
import { alone, type NodeConfiguration } from '../../../../bench/capacity/node/configuration.ts';
import { simulateNode } from '../../../../bench/capacity/node/simulate-node.ts';
import { usualSettings } from '../../../../bench/capacity/node/usual-settings.ts';
import { plantedCosts } from './fixtures/costs.ts';

const span = { warmUpMs: 500, measureMs: 1_500, seed: 1 };
const quiet = { ...alone(2), generatorIsLocal: true };
const closed: NodeConfiguration = {
  load: { arrival: { kind: 'closed' }, connections: 50, eventsPerRequest: 1 },
  settings: usualSettings(),
  surroundings: quiet,
};
const steady = (requestsPerSecond: number, change: Partial<NodeConfiguration> = {}): NodeConfiguration => ({
  ...closed,
  load: { arrival: { kind: 'constant', requestsPerSecond }, connections: 50, eventsPerRequest: 1 },
  ...change,
});

describe('a simulated node', () => {
  it('does the same each time with the same seed', () => {
    expect(simulateNode(closed, plantedCosts, span)).toEqual(simulateNode(closed, plantedCosts, span));
  });

  it('answers what is asked at a rate that it can take, and stores it', () => {
    const node = simulateNode(steady(4_000), plantedCosts, span);
    expect(node.requestsPerSecond).toBeCloseTo(4_000, -2);
    expect(node.eventsPerBatch).toBeGreaterThan(800);
    expect(node.backlogEvents).toBeLessThan(2_000);
    // A batch gathers for its window and is then written.
    expect(node.stored.p50Ms).toBeGreaterThan(200);
    expect(node.stored.p95Ms).toBeLessThan(1_000);
  });

  it('takes no more processors than there are, and each thread no more than one', () => {
    const { usage } = simulateNode(closed, plantedCosts, span);
    expect(Object.values(usage).reduce((sum, processors) => sum + processors, 0)).toBeLessThanOrEqual(2.001);
    expect(Math.max(...Object.values(usage))).toBeLessThanOrEqual(1.001);
  });

  it("keeps Little's law: connections are throughput times the time of a turn", () => {
    const remote = { ...closed, surroundings: { ...quiet, generatorIsLocal: false } };
    const { requestsPerSecond, latency } = simulateNode(remote, plantedCosts, span);
    const meanMs = 50_000 / requestsPerSecond;
    expect(meanMs).toBeGreaterThan(latency.p50Ms * 0.7);
    expect(meanMs).toBeLessThan(latency.p99Ms);
  });

  it('is slower with fewer processors, with others on the machine, and with a slower disk', () => {
    const most = (change: Partial<NodeConfiguration['surroundings']>, costs = plantedCosts): number =>
      simulateNode({ ...closed, surroundings: { ...quiet, ...change } }, costs, span).requestsPerSecond;
    const usual = most({});
    expect(most({ processors: 1 })).toBeLessThan(usual * 0.7);
    expect(most({ othersShare: 0.5 })).toBeLessThan(usual * 0.9);
    expect(most({}, { ...plantedCosts, flushMs: [[1, 20]] })).toBeLessThan(usual * 0.3);
    expect(most({ processors: 4 })).toBeGreaterThan(usual * 1.1);
  });

  it('falls behind where a batch cannot be written in time, and a second worker helps', () => {
    const costs = { ...plantedCosts, worker: { ...plantedCosts.worker, perEventUs: 400 } };
    const onFour = { surroundings: { ...quiet, processors: 4 } };
    const one = simulateNode(steady(4_000, onFour), costs, { ...span, measureMs: 4_000 });
    const two = simulateNode(steady(4_000, { ...onFour, settings: { ...usualSettings(), workers: 2 } }), costs, {
      ...span,
      measureMs: 4_000,
    });
    expect(one.backlogEvents).toBeGreaterThan(3_000);
    expect(two.backlogEvents).toBeLessThan(one.backlogEvents / 2);
  });

  it('has sealing take the time of the worker that it shares a thread with', () => {
    const sealing = { settings: { ...usualSettings(), sealAgeMs: 200 } };
    const without = simulateNode(steady(4_000), plantedCosts, span).usage.workers;
    const withSealing = simulateNode(steady(4_000, sealing), plantedCosts, { ...span, measureMs: 4_000 }).usage.workers;
    // 25 microseconds an event, and three merges of 15; helpers do 40 % of it.
    expect(withSealing - without).toBeGreaterThan(4_000 * 42e-6 * 0.6);
    expect(withSealing - without).toBeLessThan(4_000 * 42e-6 * 1.4);
  });
});
