import { setInterval } from 'node:timers/promises';
import { settings } from '../../shared/config.ts';
import { metricSum } from '../../test/e2e/api/metrics.ts';
import type { LocalHost, Settings } from '../../test/e2e/hosts/host.ts';
import { startNpmHost } from '../../test/e2e/hosts/npm-start.ts';
import type { Arrival } from '../load/plan.ts';
import { type JoinedResult, joinResults, type LoadRun, runLoads } from '../load/run-loads.ts';
import { processorMsOf } from '../measure/processor-time.ts';
import { countStored } from '../parts/count-stored.ts';
import type { ScenarioContext } from './scenario.ts';

/** What a load does beside its target. */
export interface Load {
  readonly arrival: Arrival;
  readonly connections: number;
  readonly eventsPerRequest: number;
  readonly durationMs: number;
  readonly warmUpMs: number;
  /** See `LoadPlan`. */
  readonly mostBehindMs?: number;
}

/** A host under measurement. */
export interface HostRun {
  readonly host: LocalHost;
  /** Offers load by the generators' own processes, and remembers what was accepted. */
  load(load: Load): Promise<JoinedResult>;
  metrics(): Promise<string>;
  /** Waits until the queue is empty. @returns seconds that it took */
  drain(): Promise<number>;
  /** Processor time of all its processes so far; undefined where the system does not tell. */
  processorMs(): number | undefined;
}

/** What a host's run found, and how many events it lost. */
export interface HostFound<Found> {
  readonly found: Found;
  readonly lost: number;
}

/** Hosts of tests seal nothing by themselves; what is measured is `npm start` as it is. */
const sealsAsItsDefault: Settings = Object.fromEntries(
  [settings.sealAgeMs, settings.sealParts].map(({ name, fallback }) => [name, fallback ?? '']),
);

/** Starts what `npm start` runs, with its own defaults but for `changes`, on the store and queue in a folder. */
export const startHostIn = (folder: string, changes: Settings = {}): Promise<LocalHost> =>
  startNpmHost({
    ...sealsAsItsDefault,
    FI_STORE_DIR: `${folder}/store`,
    FI_QUEUE_DIR: `${folder}/queue`,
    ...changes,
  });

const metricsOf = async ({ baseUrl }: LocalHost): Promise<string> => (await fetch(`${baseUrl}/metrics`)).text();

const askAgainMs = 20;
const queueIsEmpty = (metrics: string): boolean => {
  const labels = { stream: 'fi-events' };
  return metricSum(metrics, 'fi_queue_length', labels) + metricSum(metrics, 'fi_queue_pending', labels) === 0;
};

/** Waits until everything that it accepted is in parts. */
export const untilQueueIsEmpty = async (host: LocalHost): Promise<void> => {
  for await (const _ of setInterval(askAgainMs)) if (queueIsEmpty(await metricsOf(host))) return;
};

const runOf = (host: LocalHost, generators: number, runs: LoadRun[]): HostRun => {
  return {
    host,
    metrics: () => metricsOf(host),
    load: async (load) => {
      const made = await runLoads({ host: '127.0.0.1', port: host.port, retry: false, ...load }, generators);
      runs.push(...made);
      return joinResults(made);
    },
    drain: async () => {
      const startMs = performance.now();
      await untilQueueIsEmpty(host);
      return (performance.now() - startMs) / 1_000;
    },
    processorMs: () => processorMsOf(host.process.pid),
  };
};

/**
 * Starts a host on an empty store and queue in the scenario's folder; afterwards waits until the queue
 * is empty and looks in the files for every event that got a 202.
 */
export const withHost = async <Found>(
  { folder, scale }: ScenarioContext,
  use: (run: HostRun) => Promise<Found>,
  changes: Settings = {},
): Promise<HostFound<Found>> => {
  const host = await startHostIn(folder, changes);
  const runs: LoadRun[] = [];
  try {
    const run = runOf(host, scale.generators, runs);
    const found = await use(run);
    await run.drain();
    return { found, lost: countStored(host.storeDir, runs).missing };
  } finally {
    await host.stop();
  }
};
