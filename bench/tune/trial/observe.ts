import { setInterval } from 'node:timers/promises';
import { type LoadRun, runLoads } from '../../load/run-loads.ts';
import { type Probe, probe } from '../../scenarios/end-to-end/probe.ts';
import { queueIsEmpty } from '../../scenarios/host-run.ts';
import type { RunningTarget } from '../targets/target.ts';
import type { Workload } from '../workload/workload.ts';

/** What is offered to a target. */
export interface Offer {
  readonly workload: Workload;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

/** What was seen of a target under a workload, until its queue was empty. */
export interface Observed {
  readonly runs: readonly LoadRun[];
  /** Single events that were followed until they could be read, and how many of them were refused. */
  readonly probes: readonly Probe[];
  readonly refusedProbes: number;
  /** Events that came before anything was measured. */
  readonly earlierEvents: number;
  /** The text of `GET /metrics` at the end. */
  readonly metrics: string;
  /** From the first request until the queue was empty, and of that from the last answer on. */
  readonly wholeMs: number;
  readonly drainMs: number;
  /** Processor time meanwhile; undefined where it cannot be told. */
  readonly processorMs: number | undefined;
  readonly consumerMs: number | undefined;
}

const probesEveryMs = 50;

/** An event that is asked for again after a tenth of its age is known to within that. */
const probePatience = 0.1;

/** The first events have the functions loaded that take and store them, which is no part of what is measured; one may be refused meanwhile. */
const firstEvents = { startAfterMs: 0, everyMs: 200, count: 3, mayBeRefused: true };

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

const offerLoad = async ({ baseUrl, headers }: RunningTarget, { workload, warmUpMs, durationMs }: Offer) => {
  const { hostname, port, pathname, protocol } = new URL(baseUrl);
  const isSecure = protocol === 'https:';
  const { arrival, connections, eventsPerRequest, eventSizes } = workload;
  const runs = await runLoads({
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
  return { runs, endedAtMs: performance.now() };
};

const spent = (after: number | undefined, before: number | undefined): number | undefined =>
  after === undefined || before === undefined ? undefined : after - before;

/**
 * Offers a workload, follows single events until they can be read, and waits until the queue is empty.
 * @throws Error when all events that are followed are refused, or the queue does not become empty
 */
export const observe = async (target: RunningTarget, offer: Offer): Promise<Observed> => {
  const { baseUrl, headers } = target;
  const { warmUpMs, durationMs } = offer;
  const earlier = await probe(baseUrl, { ...firstEvents, headers });
  if (earlier.length === 0) throw new Error('the first events were refused');
  const before = { all: target.processorMs(), consumer: target.consumerProcessorMs() };
  const startMs = performance.now();
  const count = Math.max(1, Math.floor(durationMs / probesEveryMs));
  const following = { startAfterMs: warmUpMs, everyMs: probesEveryMs, count, patience: probePatience };
  const [{ runs, endedAtMs }, probes] = await Promise.all([
    offerLoad(target, offer),
    probe(baseUrl, { ...following, headers, mayBeRefused: true }),
  ]);
  if (probes.length === 0) throw new Error(`none of ${count} events that were to be followed was accepted`);
  const metrics = await drained(target);
  const nowMs = performance.now();
  return {
    runs,
    probes,
    refusedProbes: count - probes.length,
    earlierEvents: earlier.length,
    metrics,
    wholeMs: nowMs - startMs,
    drainMs: nowMs - endedAtMs,
    processorMs: spent(target.processorMs(), before.all),
    consumerMs: spent(target.consumerProcessorMs(), before.consumer),
  };
};
