import type { Journal } from '../port.ts';

/** Names of the queues whose dead-letter queue `name` is, in ascending order. */
export const sourcesOf = (name: string, journal: Journal): readonly string[] =>
  journal
    .queueNames()
    .filter((source) => journal.queue(source)?.attributes.redrivePolicy?.deadLetterQueueName === name);
