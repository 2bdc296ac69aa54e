import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { metricSum } from '../../../test/e2e/api/metrics.ts';
import { type JoinedResult, joinResults } from '../../load/run-loads.ts';
import { liveFiles } from '../../parts/live-files.ts';
import { doubtsOfLateness, latencyValues } from '../../scenarios/latency-metrics.ts';
import type { Configuration } from '../configuration.ts';
import { type CostInput, costPerMillion } from '../cost/cost-per-million.ts';
import type { Values } from '../metrics.ts';
import type { RunningTarget } from '../targets/target.ts';
import { meanEventBytes } from '../workload/workload.ts';
import { type Observed, type Offer, observe } from './observe.ts';
import { readBack } from './read-back.ts';
import type { Facts, Outcome } from './trial.ts';

/** What a trial is measured with. */
export interface TrialSetting extends Offer {
  readonly configuration: Configuration;
  /** Memory of the functions on AWS, for the price. */
  readonly httpMegabytes: number;
  readonly persistMegabytes: number;
}

export interface Measured {
  readonly outcome: Outcome & { readonly kind: 'measured' };
  /** Why the figures may say something else than they seem to. */
  readonly doubts: readonly string[];
}

/** What a host that counts for all its functions tells of its requests and batches. */
type Counted = Pick<Facts, 'batches' | 'eventsPerBatch' | 'persistMs'> & {
  /**
   * From a request's parsing to the queue's confirmation, on average. Unlike the client's latency it has nothing of the wait for a processor
   * that Lambda would have another of.
   */
  readonly acceptMs?: number;
};

const countedIn = (metrics: string): Counted => {
  const requests = metricSum(metrics, 'fi_ingest_latency_ms_count', { stage: 'ENQUEUE' });
  const batches = metricSum(metrics, 'fi_persist_latency_ms_count');
  if (requests === 0 || batches === 0) return {};
  return {
    acceptMs: metricSum(metrics, 'fi_ingest_latency_ms_sum') / requests,
    batches,
    eventsPerBatch: metricSum(metrics, 'fi_events_appended_total') / batches,
    persistMs: metricSum(metrics, 'fi_persist_latency_ms_sum') / batches,
  };
};

/** Bytes of the parts that count. */
const partBytes = (storeDir: string): number => {
  const { sealed, unsealed } = liveFiles(storeDir);
  return [...sealed, ...unsealed].reduce((sum, { path }) => sum + statSync(path).size, 0);
};

/** Without what could not be told. */
const known = <Key extends string>(values: Readonly<Record<Key, number | undefined>>): { [Name in Key]?: number } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value))) as {
    [Name in Key]?: number;
  };

/** From the 202 to readable, of each event that was followed, ascending. */
const readableMs = ({ probes }: Observed): Float64Array =>
  Float64Array.from(probes, ({ acceptedAtMs, readableAtMs }) => readableAtMs - acceptedAtMs).sort();

interface Figures {
  readonly observed: Observed;
  readonly result: JoinedResult;
  readonly counted: Counted;
  /** Accepted while it was measured. */
  readonly events: number;
  readonly bytes: number | undefined;
}

const costInputOf = (setting: TrialSetting, { observed, counted, events, bytes }: Figures): CostInput => {
  const { persistMs, eventsPerBatch, acceptMs } = counted;
  return {
    configuration: setting.configuration,
    eventsPerRequest: setting.workload.eventsPerRequest,
    eventBytes: meanEventBytes(setting.workload),
    eventsPerSecond: (events * 1_000) / observed.wholeMs,
    acceptMs,
    persistMsPerEvent: persistMs === undefined || eventsPerBatch === undefined ? undefined : persistMs / eventsPerBatch,
    storedBytes: bytes,
    httpMegabytes: setting.httpMegabytes,
    persistMegabytes: setting.persistMegabytes,
  };
};

/** Share of the requests that were to be answered 202 and were not, in percent. */
const refusedPercent = ({ observed, result }: Figures): number => {
  const failed = result.failed + observed.refusedProbes;
  const accepted = (result.statuses[202] ?? 0) + observed.probes.length;
  return (failed * 100) / (failed + accepted);
};

const valuesOf = (setting: TrialSetting, figures: Figures): Values => {
  const { observed, result, events, bytes } = figures;
  const readable = latencyValues(readableMs(observed));
  const accept = latencyValues(result.latenciesMs);
  return known({
    p50: readable.p50Ms,
    p95: readable.p95Ms,
    p99: readable.p99Ms,
    'accept.p50': accept.p50Ms,
    'accept.p95': accept.p95Ms,
    'accept.p99': accept.p99Ms,
    throughput: (events * 1_000) / observed.wholeMs,
    refused: refusedPercent(figures),
    bytes,
    cost: costPerMillion(costInputOf(setting, figures)).total,
    cpu: observed.processorMs === undefined ? undefined : (observed.processorMs * 1_000) / events,
  });
};

const factsOf = ({ configuration }: TrialSetting, { observed, result, counted }: Figures): Facts => {
  const { wholeMs, drainMs, processorMs, consumerMs } = observed;
  const { acceptMs: _, ...batches } = counted;
  return {
    ...batches,
    ...known({
      consumerShare: consumerMs === undefined ? undefined : consumerMs / wholeMs / configuration.concurrency,
      machineShare:
        processorMs === undefined ? undefined : (processorMs + result.processorMs) / wholeMs / availableParallelism(),
    }),
    drainMs,
  };
};

/**
 * Measures a target under a workload, and reads every accepted event back.
 * @throws Error when the target does not take the workload at all, or does not come to an end
 */
export const measureTrial = async (target: RunningTarget, setting: TrialSetting): Promise<Measured> => {
  const observed = await observe(target, setting);
  const result = joinResults(observed.runs);
  const events = result.acceptedEvents + observed.probes.length;
  const all = events + observed.earlierEvents;
  const figures: Figures = {
    observed,
    result,
    counted: target.countsTogether ? countedIn(observed.metrics) : {},
    events,
    bytes: target.storeDir === undefined ? undefined : partBytes(target.storeDir) / all,
  };
  const { lost, repeated } = await readBack(target, observed.runs);
  return {
    outcome: {
      kind: 'measured',
      values: valuesOf(setting, figures),
      facts: factsOf(setting, figures),
      accepted: all,
      lost,
      repeated,
    },
    doubts: setting.workload.arrival.kind === 'closed' ? [] : doubtsOfLateness(result),
  };
};
