import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { HostProcess } from '../../../test/e2e/hosts/host-process.ts';
import { redisStream } from '../../load/protocols/redis.ts';
import { Skipped } from '../../scenarios/scenario.ts';
import { idsIn } from '../measure/count-missing.ts';
import { runServer } from './run-server.ts';

const run = promisify(execFile);
const mostOutputBytes = 1024 ** 3;

/** When Redis syncs its append-only file: before each answer, or every second in the background. */
export type RedisSync = 'always' | 'everysec';

/** @throws Skipped where there is no Redis */
export const requireRedis = async (): Promise<void> => {
  try {
    await run('redis-server', ['--version']);
    await run('redis-cli', ['--version']);
  } catch (cause) {
    throw new Skipped('there is no redis-server: bash bench/peers/prepare.sh installs it', { cause });
  }
};

const ask = async (port: number, ...words: readonly string[]): Promise<string> => {
  const { stdout } = await run('redis-cli', ['-p', String(port), '--raw', ...words], { maxBuffer: mostOutputBytes });
  return stdout;
};

export interface RedisOptions {
  readonly port: number;
  readonly folder: string;
  readonly sync: RedisSync;
  /** Beyond it every write is refused. Default: no limit. */
  readonly maxMemoryBytes?: number;
}

/** Starts Redis with an append-only file; what an earlier start left in the folder is there again. */
export const startRedis = ({ port, folder, sync, maxMemoryBytes = 0 }: RedisOptions): Promise<HostProcess> =>
  runServer({
    command: 'redis-server',
    args: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
      ...['--appendonly', 'yes', '--appendfsync', sync],
      ...['--maxmemory', String(maxMemoryBytes), '--maxmemory-policy', 'noeviction'],
    ],
    // It listens before it has read its file, and refuses until then.
    isReady: async () => (await ask(port, 'PING')).startsWith('PONG'),
  });

/** The ids of all events in the stream. */
export const idsInRedis = async (port: number): Promise<Iterable<string>> =>
  idsIn(await ask(port, 'XRANGE', redisStream, '-', '+'));
