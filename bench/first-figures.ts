import { fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { setInterval } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { metricSum } from '../test/e2e/api/metrics.ts';
import type { LocalHost } from '../test/e2e/hosts/host.ts';
import { startNpmHost } from '../test/e2e/hosts/npm-start.ts';
import { type Arrival, eventIdOf, type LoadResult, newIdPrefix, percentile } from './load/plan.ts';
import { runLoad } from './load/run-load.ts';
import { watchMemory } from './memory.ts';
import { scanParts } from './parts/scan-parts.ts';
import { measureReadable } from './readable.ts';

const help = `npm run bench:first -- [--seconds N] [--json]

Starts npm start on folders of its own and measures, with the load generator on the same machine: accepted requests a
second at 50 connections (single events), latency at half that rate, NDJSON batches of 100, time from 202 to readable,
memory, time to drain; beside them a bare node:http server in the same run. Ends with a count of every accepted event.

  --seconds N  length of each measurement (10)
  --json       one JSON object instead of the table`;

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}

const durationMs = Number(options.seconds) * 1_000;
const connections = 50;
const say = (line: string): void => console.error(line);

/** A run of the generator, with the prefix that tells its events. */
interface Run {
  readonly idPrefix: string;
  readonly load: LoadResult;
}

const runs: Run[] = [];

const measure = async (
  port: number,
  arrival: Arrival,
  { eventsPerRequest = 1, lanes = connections, forMs = durationMs } = {},
): Promise<LoadResult> => {
  const idPrefix = newIdPrefix();
  const load = await runLoad({
    host: '127.0.0.1',
    port,
    connections: lanes,
    eventsPerRequest,
    arrival,
    durationMs: forMs,
    idPrefix,
    retry: false,
  });
  runs.push({ idPrefix, load });
  return load;
};

const round = (value: number, digits = 0): number => Number(value.toFixed(digits));
const perSecond = (count: number, load: LoadResult): number => round((count * 1_000) / load.elapsedMs);
const latency = (load: LoadResult) => ({
  p50: round(percentile(load.latenciesMs, 0.5), 2),
  p95: round(percentile(load.latenciesMs, 0.95), 2),
  p99: round(percentile(load.latenciesMs, 0.99), 2),
});
const closedFigures = (load: LoadResult) => ({
  requests_per_s: perSecond(load.latenciesMs.length, load),
  events_per_s: perSecond(load.acceptedEvents, load),
  ...latency(load),
  statuses: load.statuses,
});

const metricsOf = async (host: LocalHost): Promise<string> => (await fetch(`${host.baseUrl}/metrics`)).text();

/** The reader learns what the parts hold when it is first asked: that is a cost of its own, not of an event's way. */
const timeOfFirstRead = async (baseUrl: string): Promise<number> => {
  const startMs = performance.now();
  const answer = await fetch(`${baseUrl}/consultations/never-written/events?unsealed=true`);
  await answer.arrayBuffer();
  return round(performance.now() - startMs);
};

/** Waits until the queue is empty. @returns seconds that it took */
const drain = async (host: LocalHost): Promise<number> => {
  const startMs = performance.now();
  for await (const _ of setInterval(20)) {
    const metrics = await metricsOf(host);
    const labels = { stream: 'fi-events' };
    if (metricSum(metrics, 'fi_queue_length', labels) + metricSum(metrics, 'fi_queue_pending', labels) === 0) break;
  }
  return round((performance.now() - startMs) / 1_000, 2);
};

const measureBareServer = async () => {
  const server = fork(fileURLToPath(new URL('./bare-server.ts', import.meta.url)), {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (server.stdout === null) throw new Error('no output');
  const [port] = await once(server.stdout, 'data');
  const load = await runLoad({
    host: '127.0.0.1',
    port: Number(String(port)),
    connections,
    eventsPerRequest: 1,
    arrival: { kind: 'closed' },
    durationMs: Math.min(durationMs, 5_000),
    retry: false,
  });
  server.disconnect();
  return closedFigures(load);
};

/** Opens every part and looks for every event that got a 202. */
const countStored = (storeDir: string) => {
  const stored = new Set<string>();
  let rows = 0;
  let parts = 0;
  let bytes = 0;
  for (const part of scanParts(storeDir)) {
    parts++;
    bytes += part.bytes;
    for (const { eventId } of part.rows) {
      rows++;
      stored.add(eventId);
    }
  }
  let missing = 0;
  for (const { idPrefix, load } of runs) {
    for (let number = 0; number < load.sentEvents; number++) {
      if (load.accepted[number] === 1 && !stored.has(eventIdOf(idPrefix, number))) missing++;
    }
  }
  return { parts, rows, bytes_per_event: round(bytes / rows), repeated_rows: rows - stored.size, missing };
};

const figures = async (host: LocalHost) => {
  say('warming up');
  await measure(host.port, { kind: 'closed' }, { forMs: 3_000 });
  await drain(host);

  say('single events, closed loop, 50 connections');
  const memory = watchMemory(host.process.pid);
  const single = await measure(host.port, { kind: 'closed' });
  const drainAfterSingle = await drain(host);

  const half = Math.floor(single.latenciesMs.length / (single.elapsedMs / 1_000) / 2);
  say(`single events, constant ${half}/s`);
  const constant = await measure(host.port, { kind: 'constant', requestsPerSecond: half });
  const drainAfterConstant = await drain(host);

  say('NDJSON batches of 100');
  const batches = await measure(host.port, { kind: 'closed' }, { eventsPerRequest: 100, lanes: 8 });
  const drainAfterBatches = await drain(host);
  const largest = memory.stop();

  say('first read of a consultation');
  const firstReadMs = await timeOfFirstRead(host.baseUrl);

  say('202 to readable at 2,000 requests a second');
  const [, readable] = await Promise.all([
    measure(host.port, { kind: 'constant', requestsPerSecond: 2_000 }),
    measureReadable(host.baseUrl, Math.floor(durationMs / 100), 100),
  ]);
  await drain(host);

  say('counting');
  return {
    single_closed: { ...closedFigures(single), drain_s: drainAfterSingle },
    single_half_rate: {
      requests_per_s: half,
      ...latency(constant),
      statuses: constant.statuses,
      generator_late_p95_ms: round(percentile(constant.latenessMs, 0.95), 2),
      drain_s: drainAfterConstant,
    },
    batches_of_100: { ...closedFigures(batches), drain_s: drainAfterBatches },
    first_read_ms: firstReadMs,
    readable_ms: { p50: round(percentile(readable, 0.5)), p95: round(percentile(readable, 0.95)) },
    memory_mb: {
      resident: round(largest.residentMB),
      proportional: largest.proportionalMB === undefined ? null : round(largest.proportionalMB),
    },
    stored: countStored(host.storeDir),
  };
};

type Figures = Awaited<ReturnType<typeof figures>> & {
  readonly bare_server: ReturnType<typeof closedFigures>;
  /** Of one minute: what others take is not there for us. */
  readonly load_average_at_start: number;
};

const printTable = (found: Figures): void => {
  const { single_closed: single, single_half_rate: half, batches_of_100: batches, bare_server: bare } = found;
  const times = ({ p50, p95, p99 }: { p50: number; p95: number; p99: number }): string => `${p50} / ${p95} / ${p99}`;
  const share = round((single.requests_per_s / bare.requests_per_s) * 100);
  const rows: readonly (readonly [string, string, string])[] = [
    ['what', 'figure', 'p50 / p95 / p99 ms'],
    ['single events, 50 connections', `${single.requests_per_s} req/s`, times(single)],
    ['  bare node:http answering 202', `${bare.requests_per_s} req/s (ours: ${share} %)`, times(bare)],
    ['single events at half that rate', `${half.requests_per_s} req/s`, times(half)],
    ['NDJSON batches of 100, 8 connections', `${batches.events_per_s} events/s`, times(batches)],
    ['202 to readable at 2,000 req/s', `p50 ${found.readable_ms.p50} ms, p95 ${found.readable_ms.p95} ms`, ''],
    ['first read with all that stored', `${found.first_read_ms} ms`, ''],
    ['drain after each', `${single.drain_s} s, ${half.drain_s} s, ${batches.drain_s} s`, ''],
    [
      'memory, all processes',
      `${found.memory_mb.resident} MB resident, ${found.memory_mb.proportional} MB shared out`,
      '',
    ],
    [
      'stored',
      `${found.stored.rows} rows in ${found.stored.parts} parts, ${found.stored.bytes_per_event} bytes an event`,
      '',
    ],
    ['rows stored again after a redelivery', String(found.stored.repeated_rows), ''],
    ['accepted and not stored', String(found.stored.missing), ''],
    ['others on this machine at the start', `load ${found.load_average_at_start}`, ''],
  ];
  for (const [what, figure, ms] of rows) console.log(`${what.padEnd(38)}${figure.padEnd(46)}${ms}`);
};

const load_average_at_start = round(loadavg()[0] ?? 0, 2);
const bare_server = await measureBareServer();
const host = await startNpmHost();
try {
  const found: Figures = { ...(await figures(host)), bare_server, load_average_at_start };
  if (options.json) console.log(JSON.stringify(found));
  else printTable(found);
  process.exitCode = found.stored.missing === 0 ? 0 : 1;
} finally {
  await host.stop();
}
