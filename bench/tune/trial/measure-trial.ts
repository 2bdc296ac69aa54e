import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setInterval } from 'node:timers/promises';
import { metricSum } from '../../../test/e2e/api/metrics.ts';
import { joinResults, type LoadRun, runLoads } from '../../load/run-loads.ts';
import { liveFiles } from '../../parts/live-files.ts';
import { probe } from '../../scenarios/end-to-end/probe.ts';
import { queueIsEmpty } from '../../scenarios/host-run.ts';
import { doubtsOfLateness, latencyValues } from '../../scenarios/latency-metrics.ts';
import type { Configuration } from '../configuration.ts';
import { costPerMillion } from '../cost/cost-per-million.ts';
import type { Values } from '../metrics.ts';
import type { RunningTarget } from '../targets/target.ts';
import { meanEventBytes, type Workload } from '../workload/workload.ts';
import { readBack } from './read-back.ts';
import type { Facts, Outcome } from './trial.ts';

/** What a trial is measured with. */
export interface TrialSetting {
  readonly configuration: Configuration;
  readonly workload: Workload;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Memory of the functions on AWS, for the price. */
  readonly httpMegabytes: number;
  readonly persistMegabytes: number;
}

export interface Measured {
  readonly outcome: Outcome & { readonly kind: 'measured' };
  /** Why the figures may say something else than they seem to. */
  readonly doubts: readonly string[];
}

const probesEveryMs = 50;

/** The first event has the function that stores it loaded, which is no part of what is measured. */
const firstEvents = { startAfterMs: 0, everyMs: probesEveryMs, count: 1 };

/** An event that is asked for again after a tenth of its age is known to within that. */
const probePatience = 0.1;

const askAgainMs = 20;
const giveUpMs = 300_000;

const metricsOf = async ({ baseUrl, headers }: RunningTarget): Promise<string> => {
  const answer = await fetch(`${baseUrl}/metrics`, { headers });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`GET /metrics was answered ${answer.status}`);
  return text;
};

/** Waits until the queue is empty. @returns the metrics then */
const drained = async (target: RunningTarget): Promise<string> => {
  const startMs = performance.now();
  for await (const _ of setInterval(askAgainMs)) {
    const metrics = await metricsOf(target);
    if (queueIsEmpty(metrics)) return metrics;
    if (performance.now() - startMs > giveUpMs) break;
  }
  throw new Error(`the queue was not empty ${giveUpMs / 1_000} s after the last request`);
};

const load = ({ baseUrl, headers }: RunningTarget, setting: TrialSetting): Promise<readonly LoadRun[]> => {
  const { hostname, port, pathname, protocol } = new URL(baseUrl);
  const isSecure = protocol === 'https:';
  const { workload, warmUpMs, durationMs } = setting;
  const { arrival, connections, eventsPerRequest, eventSizes } = workload;
  return runLoads({
    host: hostname,
    port: Number(port === '' ? (isSecure ? 443 : 80) : port),
    secure: isSecure,
    basePath: pathname.replace(/\/$/, ''),
    headers,
    arrival,
    connections,
    eventsPerRequest,
    ...(eventSizes === undefined ? {} : { eventSizes }),
    warmUpMs,
    durationMs,
    mostBehindMs: durationMs,
    retry: false,
  });
};

/** Bytes of the parts that count, and how many there are. */
const partsOf = (storeDir: string): { readonly bytes: number; readonly unsealed: number } => {
  const { sealed, unsealed } = liveFiles(storeDir);
  const bytes = [...sealed, ...unsealed].reduce((sum, { path }) => sum + statSync(path).size, 0);
  return { bytes, unsealed: unsealed.length };
};

const milliseconds = (after: number | undefined, before: number | undefined): number | undefined =>
  after === undefined || before === undefined ? undefined : after - before;

/** What a host that counts for all its functions tells of its batches. */
const batchesOf = (metrics: string): Pick<Facts, 'batches' | 'eventsPerBatch' | 'persistMs'> => {
  const batches = metricSum(metrics, 'fi_persist_latency_ms_count');
  if (batches === 0) return {};
  return {
    batches,
    eventsPerBatch: metricSum(metrics, 'fi_events_appended_total') / batches,
    persistMs: metricSum(metrics, 'fi_persist_latency_ms_sum') / batches,
  };
};

/**
 * What the host did for a request, from its parsing to the queue's confirmation. Unlike the client's latency it has nothing of the wait for a
 * processor that Lambda would have another of.
 */
const acceptMsOf = (metrics: string): number =>
  metricSum(metrics, 'fi_ingest_latency_ms_sum') /
  metricSum(metrics, 'fi_ingest_latency_ms_count', { stage: 'ENQUEUE' });

const known = <Key extends string>(values: Readonly<Record<Key, number | undefined>>): { [Name in Key]?: number } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value))) as {
    [Name in Key]?: number;
  };

/**
 * Offers the workload, follows single events until they can be read, waits until the queue is empty, and reads every accepted event back.
 * @throws Error when the target refuses events that are followed, or does not come to an end
 */
export const measureTrial = async (target: RunningTarget, setting: TrialSetting): Promise<Measured> => {
  const { configuration, workload, warmUpMs, durationMs } = setting;
  const warmed = await probe(target.baseUrl, { ...firstEvents, headers: target.headers });
  const before = { all: target.processorMs(), consumer: target.consumerProcessorMs() };
  const startMs = performance.now();
  const [runs, probes] = await Promise.all([
    load(target, setting),
    probe(target.baseUrl, {
      startAfterMs: warmUpMs,
      everyMs: probesEveryMs,
      count: Math.max(1, Math.floor(durationMs / probesEveryMs)),
      patience: probePatience,
      headers: target.headers,
    }),
  ]);
  const offeredMs = performance.now() - startMs;
  const metrics = await drained(target);
  const wholeMs = performance.now() - startMs;
  const processorMs = milliseconds(target.processorMs(), before.all);
  const consumerMs = milliseconds(target.consumerProcessorMs(), before.consumer);
  const result = joinResults(runs);
  const events = result.acceptedEvents + probes.length;
  const parts = target.storeDir === undefined ? undefined : partsOf(target.storeDir);
  const batches = target.countsTogether ? batchesOf(metrics) : {};
  const { accepted, lost, repeated } = await readBack(target, runs);

  const readable = latencyValues(
    Float64Array.from(probes, ({ acceptedAtMs, readableAtMs }) => readableAtMs - acceptedAtMs).sort(),
  );
  const accept = latencyValues(result.latenciesMs);
  const bytes = parts === undefined ? undefined : parts.bytes / (events + warmed.length);
  const throughput = (events * 1_000) / wholeMs;
  const { persistMs, eventsPerBatch } = batches;
  const cost = costPerMillion({
    configuration,
    eventsPerRequest: workload.eventsPerRequest,
    eventBytes: meanEventBytes(workload),
    eventsPerSecond: throughput,
    acceptMs: target.countsTogether ? acceptMsOf(metrics) : accept.p50Ms,
    persistMsPerEvent: (persistMs ?? Number.NaN) / (eventsPerBatch ?? Number.NaN),
    storedBytes: bytes ?? Number.NaN,
    httpMegabytes: setting.httpMegabytes,
    persistMegabytes: setting.persistMegabytes,
  });
  const values: Values = known({
    p50: readable.p50Ms,
    p95: readable.p95Ms,
    p99: readable.p99Ms,
    'accept.p50': accept.p50Ms,
    'accept.p95': accept.p95Ms,
    'accept.p99': accept.p99Ms,
    throughput,
    bytes,
    cost: cost.total,
    cpu: processorMs === undefined ? undefined : (processorMs * 1_000) / events,
  });
  const facts: Facts = {
    ...batches,
    ...known({
      consumerShare: consumerMs === undefined ? undefined : consumerMs / wholeMs / configuration.concurrency,
      machineShare:
        processorMs === undefined ? undefined : (processorMs + result.processorMs) / wholeMs / availableParallelism(),
    }),
    drainMs: wholeMs - offeredMs,
  };
  const doubts = workload.arrival.kind === 'closed' ? [] : doubtsOfLateness(result);
  const refused = result.failed === 0 ? [] : [`${result.failed} requests got no 202`];
  return {
    outcome: { kind: 'measured', values, facts, accepted: accepted + warmed.length + probes.length, lost, repeated },
    doubts: [...doubts, ...refused],
  };
};
