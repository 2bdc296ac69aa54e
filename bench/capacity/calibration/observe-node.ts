import { metricSum } from '../../../test/e2e/api/metrics.ts';
import type { Settings } from '../../../test/e2e/hosts/host.ts';
import { requestsPerSecond } from '../../load/plan.ts';
import { spectrumOf } from '../../measure/spectrum.ts';
import { type HostRun, withHost } from '../../scenarios/host-run.ts';
import { doubtsOfLateness, latencyValues } from '../../scenarios/latency-metrics.ts';
import type { Observation, ScenarioContext } from '../../scenarios/scenario.ts';
import { type NodeLoad, type NodeSettings, shareOfLoad } from '../node/configuration.ts';
import { type HostTimes, hostTimesOf } from './thread-kinds.ts';

/** What is run, and measured. */
export interface NodeTrial {
  readonly name: string;
  readonly what: string;
  readonly load: NodeLoad;
  readonly settings: NodeSettings;
}

const environmentOf = (settings: NodeSettings): Settings => ({
  FI_PERSIST_CONCURRENCY: String(settings.workers),
  FI_BATCH_SIZE: String(settings.batchMessages),
  FI_BATCH_WINDOW_MS: String(settings.batchWindowMs),
  FI_PACK_BYTES: String(settings.packBytes),
  FI_SEAL_AGE_MS: String(settings.sealAgeMs),
  FI_SEAL_PARTS: String(settings.sealParts),
});

/** Starts the hosts of a node one after another, which share a store and the key that signs its log, and has all of them measured. */
const withHosts = async (
  context: ScenarioContext,
  settings: NodeSettings,
  use: (runs: readonly HostRun[]) => Promise<Omit<Observation, 'lost'>>,
): Promise<Observation> => {
  const shared = { FI_STORE_DIR: `${context.folder}/store`, FI_SIGNING_KEY_FILE: `${context.folder}/signing-key` };
  const start = async (runs: readonly HostRun[]): Promise<Observation> => {
    if (runs.length === settings.hosts) return { ...(await use(runs)), lost: 0 };
    const folder = `${context.folder}/host-${runs.length + 1}`;
    const changes = { ...environmentOf(settings), ...shared };
    const { found, lost } = await withHost({ ...context, folder }, (run) => start([...runs, run]), changes);
    return { ...found, lost: found.lost + lost };
  };
  return start([]);
};

type Times = Readonly<Record<keyof HostTimes, number>>;

const timesOf = (runs: readonly HostRun[]): Times => {
  const all = runs.map((run) => hostTimesOf(run.host.process.pid));
  const of = (kind: keyof HostTimes): number => all.reduce((sum, times) => sum + times[kind], 0);
  return {
    front: of('front'),
    frontHelpers: of('frontHelpers'),
    poller: of('poller'),
    workers: of('workers'),
    consumerHelpers: of('consumerHelpers'),
  };
};

const partsOf = async (runs: readonly HostRun[]): Promise<{ readonly events: number; readonly batches: number }> => {
  const texts = await Promise.all(runs.map((run) => run.metrics()));
  const sumOf = (name: string): number => texts.reduce((sum, text) => sum + metricSum(text, name), 0);
  return { events: sumOf('fi_events_appended_total'), batches: sumOf('fi_persist_latency_ms_count') };
};

const joined = (lists: readonly Float64Array[]): Float64Array =>
  Float64Array.from(lists.flatMap((list) => [...list])).sort();

const measure = async (
  runs: readonly HostRun[],
  { load }: NodeTrial,
  { scale }: ScenarioContext,
): Promise<Omit<Observation, 'lost'>> => {
  const { measureMs: durationMs, warmUpMs } = scale;
  const before = timesOf(runs);
  const results = await Promise.all(
    runs.map((run) => run.load({ ...shareOfLoad(load, runs.length), durationMs, warmUpMs, mostBehindMs: durationMs })),
  );
  for (const run of runs) await run.drain();
  const parts = await partsOf(runs);
  const after = timesOf(runs);
  const accepted = results.reduce((sum, { acceptedEvents }) => sum + acceptedEvents, 0);
  const perEvent = (kind: keyof Times): number => (after[kind] - before[kind]) / accepted;
  const latenciesMs = joined(results.map((result) => result.latenciesMs));
  const [first] = results;
  return {
    values: {
      requestsPerSecond: results.reduce((sum, result) => sum + requestsPerSecond(result), 0),
      ...latencyValues(latenciesMs),
      failedRequests: results.reduce((sum, { failed }) => sum + failed, 0),
      frontUs: perEvent('front'),
      frontHelpersUs: perEvent('frontHelpers'),
      pollerUs: perEvent('poller'),
      workersUs: perEvent('workers'),
      consumerHelpersUs: perEvent('consumerHelpers'),
      generatorUs: results.reduce((sum, { processorMs }) => sum + processorMs * 1_000, 0) / accepted,
      eventsPerBatch: parts.events / parts.batches,
    },
    spectra: { 'request to 202': spectrumOf(latenciesMs) },
    doubts: load.arrival.kind === 'constant' && first !== undefined ? doubtsOfLateness(first) : [],
  };
};

/** Runs a node's hosts under load on this machine, from an empty store, and measures what a simulation of it would say. */
export const observeNode = (trial: NodeTrial, context: ScenarioContext): Promise<Observation> =>
  withHosts(context, trial.settings, (runs) => measure(runs, trial, context));
