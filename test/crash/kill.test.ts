import { setTimeout as after } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { newIdPrefix } from '../../bench/load/plan.ts';
import { type RunningLoad, startLoad } from '../../bench/load/run-load.ts';
import { partFiles } from '../../bench/parts/live-files.ts';
import { createApi } from '../e2e/api/api.ts';
import { loadContract } from '../e2e/api/contract.ts';
import { eventually } from '../e2e/api/eventually.ts';
import type { LocalHost } from '../e2e/hosts/host.ts';
import { startNpmHost } from '../e2e/hosts/npm-start.ts';
import { descendants } from '../e2e/hosts/processes.ts';
import { announcedRandom } from './seed.ts';
import { sealingSoon } from './trouble.ts';
import { verifyNothingLost } from './verify.ts';

const kills = Number(process.env.FI_TEST_KILLS ?? (process.env.FI_TEST_CI === undefined ? 50 : 12));
const random = announcedRandom();
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Waits until the consumer publishes: there is a file under `level0/` that was not there. Sealed ones go when their grace is over. */
const untilPartsArrive = async (host: LocalHost): Promise<void> => {
  const before = new Set(partFiles(host.storeDir));
  await eventually('another part', () =>
    partFiles(host.storeDir).some((file) => !before.has(file)) ? true : undefined,
  );
};

/** Kills one child (the consumer), and waits for the one that the host starts in its place. */
const killChild = async (host: LocalHost): Promise<void> => {
  const children = await eventually('the host to have a child', () => {
    const [first, ...rest] = descendants(host.process.pid);
    return first === undefined ? undefined : ([first, ...rest] as const);
  });
  const child = random.oneOf(children);
  process.kill(child, 'SIGKILL');
  await eventually('a child in place of the killed one', () => {
    const now = descendants(host.process.pid);
    return now.length > 0 && !now.includes(child) ? true : undefined;
  });
};

it(`loses nothing that was accepted in ${kills} kills under load`, async () => {
  let host = await startNpmHost({
    ...sealingSoon,
    FI_VISIBILITY_TIMEOUT_S: '2',
    FI_BATCH_WINDOW_MS: '50',
    FI_PERSIST_CONCURRENCY: '2',
  });
  cleanUps.push(() => host.stop());
  const api = createApi(host.baseUrl, await loadContract(host.baseUrl));
  const idPrefix = newIdPrefix();
  const load: RunningLoad = startLoad({
    host: '127.0.0.1',
    port: host.port,
    connections: 16,
    eventsPerRequest: 1,
    arrival: { kind: 'constant', requestsPerSecond: 1_000 },
    durationMs: 3_600_000,
    idPrefix,
    retry: true,
  });
  const killed = { whole: 0, child: 0 };

  for (let kill = 0; kill < kills; kill++) {
    // The moment is the point of the test: anywhere in a batch's life, now and then before the first one of a start.
    if (random.between(1, 4) > 1) await untilPartsArrive(host);
    await after(random.between(0, 400));
    if (random.oneOf(['whole', 'whole', 'child']) === 'child') {
      await killChild(host);
      killed.child++;
    } else {
      await host.process.killAll();
      host = await host.restart();
      killed.whole++;
    }
  }
  load.stop();
  const result = await load.result;

  const verdict = await verifyNothingLost({ ...host, sealsSoon: true }, api, [{ idPrefix, load: result }]);
  console.log('killed', killed, verdict, { answers: result.statuses, lostConnections: result.lost });
  expect(result.acceptedEvents).toBeGreaterThan(kills * 10);
  // The journal replays to the same nothing after a gentle end too.
  expect(await host.terminate()).toEqual({ code: 0, signal: null });
  host = await host.restart();
  await verifyNothingLost({ ...host, sealsSoon: true }, api, [{ idPrefix, load: result }]);
});
