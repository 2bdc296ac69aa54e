import { setInterval } from 'node:timers/promises';
import { metricSum } from '../../../test/e2e/api/metrics.ts';
import { fitArrival } from './fit-trace.ts';
import type { Workload } from './workload.ts';

export interface WatchOptions {
  /** Of the API. */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly durationMs: number;
  readonly intervalMs: number;
  readonly name: string;
}

interface Counted {
  readonly requests: number;
  readonly events: number;
}

const read = async ({ url, apiKey }: WatchOptions): Promise<Counted> => {
  const headers: Readonly<Record<string, string>> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const answer = await fetch(`${url.replace(/\/+$/, '')}/metrics`, { headers });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`GET /metrics was answered ${answer.status}`);
  return {
    requests: metricSum(text, 'fi_ingest_latency_ms_count', { stage: 'ENQUEUE' }),
    events: metricSum(text, 'fi_events_accepted_total'),
  };
};

/** Sizes that the generator can make requests of: they divide its data set. */
const batchSizes = [
  1, 2, 4, 5, 8, 10, 16, 20, 25, 40, 50, 80, 100, 125, 200, 250, 400, 500, 625, 1_000, 2_000, 5_000, 10_000,
];

const nearestBatch = (wanted: number): number =>
  batchSizes.reduce((best, each) => (Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best), 1);

const connections = 100;

/**
 * A workload as a host's metrics show it, watched for a while: requests a second over time, and events a request. Metrics say nothing of
 * sizes: those stay the data set's.
 * @throws Error when nothing came meanwhile, or there are no metrics
 */
export const watchWorkload = async (options: WatchOptions): Promise<Workload> => {
  const { durationMs, intervalMs, name } = options;
  const first = await read(options);
  let last = first;
  const requests: number[] = [];
  for await (const _ of setInterval(intervalMs)) {
    const now = await read(options);
    requests.push(Math.max(0, now.requests - last.requests));
    last = now;
    if (requests.length * intervalMs >= durationMs) break;
  }
  const { what, arrival } = fitArrival({ intervalMs, requests });
  const eventsPerRequest = nearestBatch((last.events - first.events) / (last.requests - first.requests));
  return {
    format: 'fi-events workload',
    formatVersion: 1,
    name,
    what: eventsPerRequest === 1 ? what : `${what}; ${eventsPerRequest} events a request`,
    arrival,
    connections,
    eventsPerRequest,
  };
};
