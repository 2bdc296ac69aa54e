import Lambda from 'serverless-offline/lambda';
import { loadConfig } from '../../shared/config.ts';
import { systemClock } from '../../shared/ports/clock.ts';
import { createLogger } from '../../shared/telemetry/log.ts';
import { type CliOptions, isRecord, type Serverless } from '../deploy/serverless.ts';
import { functionEnvironment } from './environment.ts';
import { openLocalQueues } from './local-queues.ts';
import { startPollers } from './pollers.ts';
import { queueResources } from './queue-resources.ts';
import { sqsTriggers } from './sqs-triggers.ts';

/** The queues and pollers beside serverless-offline's own servers. */
export interface RunningTriggers {
  /** Finishes running batches, gives the rest back, closes the queues. */
  stop(): Promise<void>;
}

const offlineOptions = (serverless: Serverless, cliOptions: CliOptions): CliOptions => {
  const custom = serverless.service.custom['serverless-offline'];
  return { ...(isRecord(custom) ? custom : {}), ...cliOptions };
};

/**
 * Opens the queues of serverless.yml, tells the functions where they are, and polls them for the functions that have
 * `sqs` events. Must run before serverless-offline makes the functions, which read their environment then.
 */
export const startTriggers = async (serverless: Serverless, cliOptions: CliOptions): Promise<RunningTriggers> => {
  const { service } = serverless;
  const config = loadConfig();
  const logger = createLogger(config.logLevel);
  const queues = await openLocalQueues(queueResources(service.resources?.Resources ?? {}), config, logger);
  service.provider.environment = functionEnvironment(
    service.provider.environment ?? {},
    process.env,
    config,
    queues.urlOf,
  );

  const triggers = sqsTriggers(service);
  const lambda = new Lambda(serverless, offlineOptions(serverless, cliOptions));
  const functionKeys = [...new Set(triggers.map(({ functionKey }) => functionKey))];
  lambda.create(
    functionKeys.map((functionKey) => ({ functionKey, functionDefinition: service.getFunction(functionKey) })),
  );
  const pollers = startPollers(triggers, {
    queueOf: queues.polledQueue,
    invoke: (functionKey, event) => {
      const environment = lambda.get(functionKey);
      environment.setEvent(event);
      return environment.runHandler();
    },
    region: service.provider.region,
    clock: systemClock,
    logger,
  });

  return {
    stop: async () => {
      await Promise.all(pollers.map((poller) => poller.stop()));
      await lambda.cleanup();
      await queues.close();
    },
  };
};
