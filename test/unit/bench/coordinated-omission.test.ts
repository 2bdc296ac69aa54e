import { describe, expect, it } from 'vitest';
import { generateLoad } from '../../../bench/load/generate.ts';
import {
  type LoadPlan,
  type LoadResult,
  newIdPrefix,
  percentile,
  requestsPerSecond,
} from '../../../bench/load/plan.ts';
import { type SimulatedServer, SimulatedTime, simulatedPorts } from './fixtures/simulated-server.ts';

const never = new AbortController().signal;

const runAgainst = async (server: SimulatedServer, changes: Partial<LoadPlan>): Promise<LoadResult> => {
  const time = new SimulatedTime();
  const plan: LoadPlan = {
    host: 'simulated',
    port: 1,
    connections: 200,
    eventsPerRequest: 1,
    arrival: { kind: 'constant', requestsPerSecond: 500 },
    durationMs: 10_000,
    idPrefix: newIdPrefix(),
    retry: false,
    ...changes,
  };
  const running = generateLoad(plan, never, simulatedPorts(time, server));
  time.run();
  return running;
};

const longerThan = ({ latenciesMs }: LoadResult, ms: number): number =>
  latenciesMs.filter((latencyMs) => latencyMs > ms).length;

// 500 requests a second for 10 s; a stall of 200 ms falls on 100 of them, of which the first waits for 200 ms and the last for 2.
const stalled: SimulatedServer = { serviceMs: 1, stall: { fromMs: 5_000, toMs: 5_200 } };

describe('a constant arrival rate against a server with a known stall', () => {
  // Due every 2 ms: of those held up each waits for 2 ms less than the one before. Four connections answer 4 a ms
  // afterwards, so that each has to wait for a quarter of a millisecond more than the one before.
  it.each([
    ['a connection for every request', 200, 2],
    ['four connections', 4, 1.75],
  ])('counts every request that the stall held up, from when it was due, with %s', async (_, connections, lessMs) => {
    const result = await runAgainst(stalled, { connections });
    expect(result.latenciesMs).toHaveLength(5_000);
    for (const ms of [25, 50, 100, 150]) {
      expect(Math.abs(longerThan(result, ms) - (200 - ms) / lessMs)).toBeLessThanOrEqual(2);
    }
    // 2 % of all were held up: p99 lies in their middle, p98 at their end.
    expect(percentile(result.latenciesMs, 0.99)).toBeGreaterThanOrEqual(98);
    expect(percentile(result.latenciesMs, 0.5)).toBeLessThanOrEqual(2);
  });

  it('sees next to nothing of it in a closed loop: that is the omission', async () => {
    const result = await runAgainst(stalled, { arrival: { kind: 'closed' }, connections: 4 });
    expect(longerThan(result, 25)).toBe(4);
    expect(percentile(result.latenciesMs, 0.99)).toBe(1);
  });

  it('counts nothing of the warm-up', async () => {
    const result = await runAgainst(
      { serviceMs: 1, stall: { fromMs: 500, toMs: 700 } },
      { warmUpMs: 1_000, durationMs: 2_000 },
    );
    expect(result.sentEvents).toBe(1_500);
    expect(result.acceptedEvents).toBe(1_500);
    expect(result.latenciesMs).toHaveLength(1_000);
    expect(longerThan(result, 2)).toBe(0);
    expect(result.elapsedMs).toBeGreaterThanOrEqual(1_998);
    expect(result.elapsedMs).toBeLessThanOrEqual(2_002);
  });

  it('gives up on a target that is too far behind, and counts what was due as it stands', async () => {
    // 40 requests a second of 500: after t ms it is 0.92 t behind, and 1,000 ms after some 1,087.
    const result = await runAgainst({ serviceMs: 100 }, { connections: 4, mostBehindMs: 1_000 });
    const sent = result.sentEvents;
    expect(sent).toBeGreaterThanOrEqual(40);
    expect(sent).toBeLessThanOrEqual(52);
    expect(result.acceptedEvents).toBe(sent);
    expect(result.givenUp).toBeGreaterThan(450);
    expect(result.latenciesMs).toHaveLength(sent + result.givenUp);
    expect(Math.abs(longerThan(result, 500) - (result.latenciesMs.length - 250))).toBeLessThan(60);
    expect(requestsPerSecond(result)).toBeLessThan(45);
  });

  it('is never late itself where a connection is free', async () => {
    const result = await runAgainst({ serviceMs: 1 }, {});
    expect(result.latenessMs).toHaveLength(5_000);
    expect(result.latenessMs.at(-1)).toBe(0);
  });
});
