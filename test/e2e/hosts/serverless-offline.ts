import path from 'node:path';
import { type Host, type LocalHost, repository, type Settings, startLocalHost } from './host.ts';

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

/** Soon enough for a test that waits for what a killed consumer had; Lambda wants it no shorter than the function's timeout. */
const secondsUntilRedelivery = 5;

/** `npx sls offline`; its functions run in its own process, so whoever kills the consumer kills the whole host. */
export const startServerlessOffline = async (settings: Settings = {}): Promise<Host> => {
  let running: LocalHost = await startLocalHost(
    {
      name: 'sls offline',
      command: path.join(repository, 'node_modules/.bin/sls'),
      args: [
        'offline',
        ...['--param', `persistTimeoutSeconds=${secondsUntilRedelivery}`],
        ...['--param', `visibilityTimeoutSeconds=${secondsUntilRedelivery}`],
      ],
      gatewayStatus,
      startDeadlineMs: 120_000,
    },
    settings,
  );
  return {
    ...running,
    killConsumer: async () => {
      await running.process.killAll();
      running = await running.restart();
    },
    stop: () => running.stop(),
  };
};
