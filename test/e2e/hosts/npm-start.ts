import path from 'node:path';
import { type LocalHost, repository, type Settings, startLocalHost } from './host.ts';

/** What `npm start` runs, without npm in between, so that signals reach the host itself. */
export const startNpmHost = (settings: Settings = {}): Promise<LocalHost> =>
  startLocalHost(
    {
      name: 'npm start',
      command: path.join(repository, 'node_modules/.bin/node'),
      args: ['--max-semi-space-size=16', path.join(repository, 'localstack/host/start.mjs')],
      startDeadlineMs: 30_000,
    },
    settings,
  );
