import type { Config } from '../../shared/config.ts';
import { openJournal } from '../../shared/queue/journal/open.ts';
import type { Journal } from '../../shared/queue/journal/port.ts';
import { serveJournal } from '../../shared/queue/journal/server/serve.ts';
import { openSqsQueue } from '../../shared/queue/sqs/open.ts';
import type { Logger } from '../../shared/telemetry/log.ts';
import type { PolledQueue } from './pollers.ts';
import type { QueueResource } from './queue-resources.ts';

/** The queues that the service's resources stand for on this machine. */
export interface LocalQueues {
  /** The URL by which functions reach a queue of the resources; undefined where the shell says it. */
  readonly urlOf: (logicalId: string) => string | undefined;
  readonly polledQueue: (logicalId: string) => PolledQueue;
  readonly close: () => Promise<void>;
}

/** As the embedded queue's server names its queues. */
const region = 'us-east-1';
const accountId = '000000000000';
const arnOf = (name: string): string => `arn:aws:sqs:${region}:${accountId}:${name}`;

const nameOf = (resources: readonly QueueResource[], logicalId: string): string => {
  const resource = resources.find((each) => each.logicalId === logicalId);
  if (resource === undefined) throw new Error(`there is no queue ${logicalId} in the resources`);
  return resource.name;
};

const createQueues = async (journal: Journal, resources: readonly QueueResource[]): Promise<void> => {
  for (const { name, attributes } of resources) {
    // A queue that is there, made by `npm start` on the same folder, keeps its attributes.
    if (journal.queue(name) === undefined) await journal.createQueue(name, attributes);
  }
};

/** The embedded queue of `FI_QUEUE_DIR`, in this process, served over SQS's protocol to the functions. */
const openEmbedded = async (
  resources: readonly QueueResource[],
  config: Config,
  logger: Logger,
): Promise<LocalQueues> => {
  const journal = await openJournal({
    folder: config.queueDir,
    maxBytes: config.queueMaxBytes,
    memoryBytes: config.queueMemoryBytes,
    segmentBytes: config.queueSegmentBytes,
    logger,
  });
  try {
    await createQueues(journal, resources);
    const server = await serveJournal({ journal, port: config.queuePort, accountId, region, logger });
    return {
      urlOf: (logicalId) => server.queueUrl(nameOf(resources, logicalId)),
      polledQueue: (logicalId) => {
        const name = nameOf(resources, logicalId);
        const queue = journal.queue(name);
        if (queue === undefined) throw new Error(`the embedded queue has no queue ${name}`);
        return { queue, arn: arnOf(name), visibilityTimeoutSeconds: queue.attributes.visibilityTimeoutSeconds };
      },
      close: async () => {
        await server.close();
        await journal.close();
      },
    };
  } catch (error) {
    await journal.close();
    throw error;
  }
};

/** The queues elsewhere that `FI_QUEUE_URL` and `FI_DEAD_LETTER_QUEUE_URL` name. */
const openElsewhere = (
  queueUrl: string,
  deadLetterQueueUrl: string,
  resources: readonly QueueResource[],
  config: Config,
): LocalQueues => {
  const queue = openSqsQueue({ queueUrl });
  const deadLetters = openSqsQueue({ queueUrl: deadLetterQueueUrl });
  const deadLetterNames = resources.map(({ attributes }) => attributes.redrivePolicy?.deadLetterQueueName);
  return {
    urlOf: () => undefined,
    polledQueue: (logicalId) => {
      const name = nameOf(resources, logicalId);
      return {
        queue: deadLetterNames.includes(name) ? deadLetters : queue,
        arn: arnOf(name),
        visibilityTimeoutSeconds: config.visibilityTimeoutSeconds,
      };
    },
    close: async () => {
      await queue.close();
      await deadLetters.close();
    },
  };
};

/** Opens the queues of the resources: embedded, or elsewhere when `FI_QUEUE_URL` is set. */
export const openLocalQueues = async (
  resources: readonly QueueResource[],
  config: Config,
  logger: Logger,
): Promise<LocalQueues> =>
  // `loadConfig` has made sure that there are both or none.
  config.queueUrl === undefined || config.deadLetterQueueUrl === undefined
    ? openEmbedded(resources, config, logger)
    : openElsewhere(config.queueUrl, config.deadLetterQueueUrl, resources, config);
