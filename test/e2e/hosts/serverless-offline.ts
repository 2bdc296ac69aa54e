import path from 'node:path';
import { type LocalHost, repository, type Settings, startLocalHost } from './host.ts';

/**
 * Where serverless-offline's own HTTP server is not API Gateway and no plugin can reach it. Pinned, so that a release
 * that mends one of them is noticed.
 */
const gatewayStatus = {
  // It answers escapes that it cannot read itself, with JSON of its own.
  'a bad percent-escape': 400,
  'an escape that is no UTF-8': 400,
  // It fills in application/json.
  'no content type': 202,
};

/** `npx sls offline` with the same settings; it bundles the functions first, so it takes longer to be ready. */
export const startServerlessOffline = (settings: Settings = {}): Promise<LocalHost> =>
  startLocalHost(
    {
      name: 'sls offline',
      command: path.join(repository, 'node_modules/.bin/sls'),
      args: ['offline'],
      gatewayStatus,
      startDeadlineMs: 120_000,
    },
    settings,
  );
