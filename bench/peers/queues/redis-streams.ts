import { freePorts } from '../../../test/e2e/hosts/host.ts';
import { countMissing } from '../measure/count-missing.ts';
import type { Peer } from '../peer.ts';
import { idsInRedis, type RedisSync, requireRedis, startRedis } from '../tools/redis-server.ts';
import { runningServers } from '../tools/running-servers.ts';

const redisStreams = (name: string, sync: RedisSync, what: string): Peer => ({
  name,
  what,
  prepare: requireRedis,
  start: async ({ folder, limitBytes }) => {
    const [port = 0] = await freePorts(1);
    const limit = limitBytes === undefined ? {} : { maxMemoryBytes: limitBytes };
    const server = await startRedis({ port, folder, sync, ...limit });
    return runningServers([server], {
      target: { host: '127.0.0.1', port, protocol: 'redis' },
      missing: async (runs) => countMissing(runs, await idsInRedis(port)),
    });
  },
});

export const redisStreamsAlways = redisStreams(
  'redis-streams-always',
  'always',
  'a Redis stream, appendfsync always: synced before the answer; all of it stays in memory. Its limit: maxmemory, noeviction',
);

export const redisStreamsEverysec = redisStreams(
  'redis-streams-everysec',
  'everysec',
  'the same with appendfsync everysec, the default: a loss of power costs a second of what was answered',
);
