import { type Config, loadConfig } from '../../shared/config.ts';
import { createLogger } from '../../shared/telemetry/log.ts';
import { announcement } from './announce.ts';
import { endProcess } from './end-process.ts';
import { type Host, startHost } from './host.ts';
import { startFailure } from './start-failure.ts';
import { listenToStopSignals } from './stop-signals.ts';

const start = async (): Promise<{ config: Config; host: Host }> => {
  let config: Config | undefined;
  try {
    config = loadConfig();
    return { config, host: await startHost({ config, variables: process.env, logger: createLogger(config.logLevel) }) };
  } catch (error) {
    for (const line of startFailure(error, config)) console.error(`fi-events: ${line}`);
    process.exit(1);
  }
};

/** `npm start`: runs until SIGTERM or SIGINT, drains, and ends the process. */
export const main = async (): Promise<void> => {
  const stop = Promise.withResolvers<void>();
  let running: Host | undefined;
  listenToStopSignals({
    on: (signal, listener) => process.on(signal, listener),
    nowMs: () => performance.now(),
    drain: stop.resolve,
    exit: async (status) => endProcess(status, (await running?.isStuck()) ?? false),
  });
  const { config, host } = await start();
  running = host;
  process.stdout.write(
    announcement({
      url: host.url,
      storeDir: config.storeDir,
      queue: config.queueUrl === undefined ? { folder: config.queueDir } : { url: config.queueUrl },
      needsKey: host.needsKey,
      workingFolder: process.cwd(),
    }),
  );
  await stop.promise;
  const status = (await host.drain()) ? 0 : 1;
  endProcess(status, await host.isStuck());
};
