import { describe, expect, it } from 'vitest';
import { type LoadPlan, newIdPrefix } from '../../bench/load/plan.ts';
import { startLoad } from '../../bench/load/run-load.ts';
import { partFiles } from '../../bench/parts/live-files.ts';
import { announcedRandom } from '../crash/seed.ts';
import { type Sent, verifyNothingLost, waitingMessages } from '../crash/verify.ts';
import { type Api, createApi } from '../e2e/api/api.ts';
import { loadContract } from '../e2e/api/contract.ts';
import { eventually } from '../e2e/api/eventually.ts';
import type { EmulatorHost } from '../e2e/hosts/emulator.ts';

const inCi = process.env.FI_TEST_CI !== undefined;
/** Half of them are sent while nobody is killed, so that the rate is the host's own. */
const events = Number(process.env.FI_TEST_EVENTS ?? (inCi ? 6_000 : 50_000));
const kills = Number(process.env.FI_TEST_KILLS ?? (inCi ? 2 : 5));
const eventsPerRequest = 100;

const planOf = (host: EmulatorHost, requests: number, idPrefix: string): LoadPlan => {
  const { hostname, port, pathname } = new URL(host.baseUrl);
  return {
    host: hostname,
    port: Number(port),
    basePath: pathname.replace(/\/$/, ''),
    connections: 4,
    eventsPerRequest,
    arrival: { kind: 'closed' },
    durationMs: 3_600_000,
    requests,
    idPrefix,
    retry: true,
  };
};

const drained = (api: Api): Promise<true> =>
  eventually('the queue to be empty', async () => ((await waitingMessages(api)) === 0 ? true : undefined), 600_000);

/** Sends events at the host's own pace. @returns what was sent, and events a second accepted and stored */
const sendUndisturbed = async (host: EmulatorHost, api: Api, requests: number) => {
  const idPrefix = newIdPrefix();
  const startMs = performance.now();
  const load = await startLoad(planOf(host, requests, idPrefix)).result;
  await drained(api);
  const perSecond = (ms: number): number => Math.round(load.acceptedEvents / (ms / 1_000));
  return {
    sent: { idPrefix, load } satisfies Sent,
    rates: { accepted: perSecond(load.elapsedMs), stored: perSecond(performance.now() - startMs) },
  };
};

/** Sends events in as many runs as there are kills, and kills the consumer in the middle of each. */
const sendWhileKilling = async (host: EmulatorHost, requests: number): Promise<readonly Sent[]> => {
  const random = announcedRandom();
  const runs: Sent[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const idPrefix = newIdPrefix();
    const before = partFiles(host.storeDir).length;
    const load = startLoad(planOf(host, Math.ceil(requests / kills), idPrefix));
    // A part has just been published: its batch may not be acknowledged yet, and others are under way.
    await eventually('another part', () => (partFiles(host.storeDir).length > before ? true : undefined), 120_000);
    await new Promise((resolve) => setTimeout(resolve, random.between(0, 300)));
    await host.killConsumer();
    runs.push({ idPrefix, load: await load.result });
  }
  return runs;
};

/** Events through an emulator, with its consumer killed under way: everything that got a 202 is in the store and read once. */
export const killsTest = (name: string, start: () => Promise<EmulatorHost>): void => {
  describe(name, () => {
    it(`stores ${events} events, its consumer killed ${kills} times`, async () => {
      const host = await start();
      try {
        const api = createApi(host.baseUrl, await loadContract(host.baseUrl));
        const requests = Math.ceil(events / eventsPerRequest / 2);
        const { sent, rates } = await sendUndisturbed(host, api, requests);
        const runs = [sent, ...(await sendWhileKilling(host, requests))];
        await drained(api);
        const verdict = await verifyNothingLost(host, api, runs);
        console.log(`${name}: events a second`, rates, verdict);
        expect(verdict.accepted).toBeGreaterThanOrEqual(events);
        expect(verdict.readable).toBe(verdict.accepted);
      } finally {
        await host.stop();
      }
    }, 3_600_000);
  });
};
