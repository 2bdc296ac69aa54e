import path from 'node:path';
import { installed, runInstaller } from './tools-folder.ts';

const version = 'v2.15.2';

/**
 * The NATS server, built from its Go module.
 * @throws Skipped where there is no Go, or its module proxy does not give the module
 */
export const natsServer = async (): Promise<string> => {
  const folder = await installed('nats', ['bench/peers/tools/nats-server.ts'], (unfinished) =>
    runInstaller('go', ['install', `github.com/nats-io/nats-server/v2@${version}`], {
      environment: { GOBIN: unfinished, CGO_ENABLED: '0' },
    }),
  );
  return path.join(folder, 'nats-server');
};
