import { type Config, settings } from '../../shared/config.ts';
import { openJournal } from '../../shared/queue/journal/open.ts';
import type { Journal, JournalQueue, QueueAttributes } from '../../shared/queue/journal/port.ts';
import { serveJournal } from '../../shared/queue/journal/server/serve.ts';
import type { Queue } from '../../shared/queue/port.ts';
import { openSqsQueue } from '../../shared/queue/sqs/open.ts';
import type { Logger } from '../../shared/telemetry/log.ts';

export const queueNames = { events: 'fi-events', deadLetters: 'fi-events-dead-letter' } as const;

/** The queues of a host, wherever they are. */
export interface Queues {
  readonly events: Queue;
  readonly deadLetters: Queue;
  /** Settings under which another process finds the same queues. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stops serving and lets go; messages stay. */
  close(): Promise<void>;
}

/** The queue with these attributes; an existing one takes over what the settings say now. */
const queueWith = async (
  journal: Journal,
  name: string,
  attributes: Partial<QueueAttributes>,
): Promise<JournalQueue> => {
  const existing = journal.queue(name);
  if (existing === undefined) return journal.createQueue(name, attributes);
  await existing.setAttributes(attributes);
  return existing;
};

const environmentOf = (eventsUrl: string, deadLettersUrl: string): Readonly<Record<string, string>> => ({
  [settings.queueUrl.name]: eventsUrl,
  [settings.deadLetterQueueUrl.name]: deadLettersUrl,
});

const openEmbedded = async (config: Config, logger: Logger): Promise<Queues> => {
  const journal = await openJournal({
    folder: config.queueDir,
    segmentBytes: config.queueSegmentBytes,
    maxBytes: config.queueMaxBytes,
    memoryBytes: config.queueMemoryBytes,
    logger,
  });
  try {
    const deadLetters = await queueWith(journal, queueNames.deadLetters, {});
    const events = await queueWith(journal, queueNames.events, {
      visibilityTimeoutSeconds: config.visibilityTimeoutSeconds,
      redrivePolicy: { deadLetterQueueName: queueNames.deadLetters, maxReceiveCount: config.maxReceiveCount },
    });
    const server = await serveJournal({ journal, port: config.queuePort, logger });
    return {
      events,
      deadLetters,
      environment: environmentOf(server.queueUrl(queueNames.events), server.queueUrl(queueNames.deadLetters)),
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

const openRemote = (eventsUrl: string, deadLettersUrl: string): Queues => {
  const events = openSqsQueue({ queueUrl: eventsUrl });
  const deadLetters = openSqsQueue({ queueUrl: deadLettersUrl });
  return {
    events,
    deadLetters,
    environment: environmentOf(eventsUrl, deadLettersUrl),
    close: async () => {
      await events.close();
      await deadLetters.close();
    },
  };
};

/**
 * Opens the embedded queue and serves it over SQS's protocol, or connects to the one that `FI_QUEUE_URL` names.
 * @throws JournalOwned | JournalOnNetwork | JournalDamaged | QueueUnavailable, or the system's error when the port is taken.
 */
export const openQueues = async (config: Config, logger: Logger): Promise<Queues> => {
  const { queueUrl, deadLetterQueueUrl } = config;
  // `loadConfig` has made sure that there are both or none.
  if (queueUrl === undefined || deadLetterQueueUrl === undefined) return openEmbedded(config, logger);
  return openRemote(queueUrl, deadLetterQueueUrl);
};
