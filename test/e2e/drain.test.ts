import { afterEach, describe, expect, it } from 'vitest';
import { eventIdOf, newIdPrefix } from '../../bench/load/plan.ts';
import { startLoad } from '../../bench/load/run-load.ts';
import { scanParts } from '../../bench/parts/scan-parts.ts';
import { createApi } from './api/api.ts';
import { loadContract } from './api/contract.ts';
import { eventually } from './api/eventually.ts';
import { metricSum, readMetrics } from './api/metrics.ts';
import type { LocalHost } from './hosts/host.ts';
import { startNpmHost } from './hosts/npm-start.ts';

let host: LocalHost | undefined;
afterEach(() => host?.stop());

describe('SIGTERM under load', () => {
  it('ends with 0 and leaves every accepted event in a part', async () => {
    host = await startNpmHost();
    const api = createApi(host.baseUrl, await loadContract(host.baseUrl));
    const idPrefix = newIdPrefix();
    const load = startLoad({
      host: '127.0.0.1',
      port: host.port,
      connections: 20,
      eventsPerRequest: 1,
      arrival: { kind: 'constant', requestsPerSecond: 2_000 },
      durationMs: 600_000,
      idPrefix,
      retry: false,
    });
    await eventually('events to be accepted', async () =>
      metricSum(await readMetrics(api), 'fi_events_accepted_total') > 2_000 ? true : undefined,
    );
    expect(await host.terminate()).toEqual({ code: 0, signal: null });
    load.stop();
    const result = await load.result;
    expect(result.acceptedEvents).toBeGreaterThan(2_000);
    // Nobody was cut off without an answer: a request that was being answered got its answer, later ones no connection.
    expect(Object.keys(result.statuses).filter((status) => !['202', '503'].includes(status))).toEqual([]);

    // What had not been stored yet waits in the queue: the next start goes on with it.
    host = await host.restart();
    await eventually('the queue to be empty', async () => {
      const metrics = await readMetrics(api);
      const left = metricSum(metrics, 'fi_queue_length') + metricSum(metrics, 'fi_queue_pending');
      return left === 0 ? true : undefined;
    });
    const stored = new Set<string>();
    for (const part of scanParts(host.storeDir)) for (const row of part.rows) stored.add(row.eventId);
    for (let number = 0; number < result.sentEvents; number++) {
      if (result.accepted[number] === 1) expect(stored.has(eventIdOf(idPrefix, number))).toBe(true);
    }
  });
});
