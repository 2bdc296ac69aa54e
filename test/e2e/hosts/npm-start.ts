import path from 'node:path';
import { eventually } from '../api/eventually.ts';
import { type LocalHost, repository, type Settings, startLocalHost } from './host.ts';
import { descendants } from './processes.ts';

/** Kills the host's one child, which its supervisor then starts anew. */
const killChild = async ({ process: host }: LocalHost): Promise<void> => {
  const child = await eventually('the host to have a consumer', () => descendants(host.pid)[0]);
  process.kill(child, 'SIGKILL');
  await eventually('the consumer to be gone', () => (descendants(host.pid).includes(child) ? undefined : true));
};

/** What `npm start` runs, without npm in between, so that signals reach the host itself. */
export const startNpmHost = async (settings: Settings = {}): Promise<LocalHost> => {
  const host = await startLocalHost(
    {
      name: 'npm start',
      command: path.join(repository, 'node_modules/.bin/node'),
      args: [
        '--max-semi-space-size=16',
        '--heap-growing-percent=100',
        path.join(repository, 'localstack/host/start.mjs'),
      ],
      startDeadlineMs: 30_000,
    },
    settings,
  );
  return { ...host, killConsumer: () => killChild(host) };
};
