import { freePorts } from '../../../test/e2e/hosts/host.ts';
import { countMissing } from '../measure/count-missing.ts';
import type { Peer } from '../peer.ts';
import { peersPython } from '../tools/python.ts';
import { idsInRedis, type RedisSync, requireRedis, startRedis } from '../tools/redis-server.ts';
import { runningServers } from '../tools/running-servers.ts';
import { startUvicorn } from '../tools/uvicorn.ts';

interface Variant {
  readonly name: string;
  readonly app: 'phase_2' | 'phase_2_async';
  readonly workers: number;
  readonly sync: RedisSync;
  readonly what: string;
}

const variants: readonly Variant[] = [
  {
    name: 'report-phase-2-everysec',
    app: 'phase_2',
    workers: 1,
    sync: 'everysec',
    what: "the report's phase 2 as printed: FastAPI, one worker, blocking client; Redis syncs every second, after the answer",
  },
  {
    name: 'report-phase-2-always',
    app: 'phase_2',
    workers: 1,
    sync: 'always',
    what: 'the same with appendfsync always: synced before the answer, as ours',
  },
  {
    name: 'report-phase-2-best-everysec',
    app: 'phase_2_async',
    workers: 4,
    sync: 'everysec',
    what: "the report's phase 2 at its best: four workers, asynchronous client; synced every second, after the answer",
  },
  {
    name: 'report-phase-2-best',
    app: 'phase_2_async',
    workers: 4,
    sync: 'always',
    what: 'the same with appendfsync always: what the budget is a multiple of',
  },
];

/** The report's API with its Redis stream; the events are in the stream at the answer. */
const reportPhase2Of = ({ name, what, app, workers, sync }: Variant): Peer => ({
  name,
  what,
  prepare: async () => {
    await requireRedis();
    await peersPython();
  },
  start: async ({ folder }) => {
    const [port = 0, redisPort = 0] = await freePorts(2);
    const redis = await startRedis({ port: redisPort, folder, sync });
    const api = await startUvicorn({ app, port, workers, environment: { REDIS_PORT: String(redisPort) } }).catch(
      async (error: unknown) => {
        await redis.killAll();
        throw error;
      },
    );
    return runningServers([redis, api], {
      target: { host: '127.0.0.1', port },
      missing: async (runs) => countMissing(runs, await idsInRedis(redisPort)),
    });
  },
});

export const reportPhase2: readonly Peer[] = variants.map(reportPhase2Of);
