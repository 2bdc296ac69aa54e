import path from 'node:path';
import { type LocalHost, repository, type Settings, startLocalHost } from './host.ts';

/** `npx sls offline` with the same settings; it bundles the functions first, so it takes longer to be ready. */
export const startServerlessOffline = (settings: Settings = {}): Promise<LocalHost> =>
  startLocalHost(
    {
      name: 'sls offline',
      command: path.join(repository, 'node_modules/.bin/sls'),
      args: ['offline'],
      startDeadlineMs: 120_000,
    },
    settings,
  );
