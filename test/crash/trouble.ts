import { newIdPrefix } from '../../bench/load/plan.ts';
import { type RunningLoad, startLoad } from '../../bench/load/run-load.ts';
import { type Api, createApi } from '../e2e/api/api.ts';
import { loadContract } from '../e2e/api/contract.ts';
import { eventually } from '../e2e/api/eventually.ts';
import { metricSum, readMetrics } from '../e2e/api/metrics.ts';
import type { LocalHost, Settings } from '../e2e/hosts/host.ts';
import { startNpmHost } from '../e2e/hosts/npm-start.ts';
import { type Probes, type Verdict, verifyNothingLost } from './verify.ts';

/** A host under load, to which something happens. */
export interface Patient {
  readonly host: LocalHost;
  readonly api: Api;
  /** Waits until that many more events are in published parts. */
  stored(more: number): Promise<void>;
  /** Stops the load and holds everything against what was accepted. */
  verify(probes?: Probes): Promise<Verdict & { readonly statuses: Readonly<Record<number, number>> }>;
  stop(): Promise<void>;
}

/** Seals happen between any two troubles, and while they last. */
export const sealingSoon: Settings = { FI_SEAL_AGE_MS: '200', FI_SEAL_INTERVAL_MS: '100' };

const soon: Settings = {
  ...sealingSoon,
  FI_VISIBILITY_TIMEOUT_S: '2',
  FI_BATCH_WINDOW_MS: '50',
  FI_SAMPLE_INTERVAL_MS: '100',
};

/** Starts a host with `settings` and a load of `requestsPerSecond` whose refused requests are sent again. */
export const startPatient = async (settings: Settings, requestsPerSecond: number): Promise<Patient> => {
  const host = await startNpmHost({ ...soon, ...settings });
  const api = createApi(host.baseUrl, await loadContract(host.baseUrl));
  const idPrefix = newIdPrefix();
  const load: RunningLoad = startLoad({
    host: '127.0.0.1',
    port: host.port,
    connections: 8,
    eventsPerRequest: 1,
    arrival: { kind: 'constant', requestsPerSecond },
    durationMs: 3_600_000,
    idPrefix,
    retry: true,
  });
  const appended = async (): Promise<number> => metricSum(await readMetrics(api), 'fi_events_appended_total');
  return {
    host,
    api,
    stored: async (more) => {
      const before = await appended();
      await eventually(
        `${more} more events in parts`,
        async () => ((await appended()) >= before + more ? true : undefined),
        60_000,
      );
    },
    verify: async (probes) => {
      load.stop();
      const result = await load.result;
      const verdict = await verifyNothingLost({ ...host, sealsSoon: true }, api, [{ idPrefix, load: result }], probes);
      return { ...verdict, statuses: result.statuses };
    },
    stop: async () => {
      load.stop();
      await host.stop();
    },
  };
};
