import { afterAll } from 'vitest';
import { startJournal } from './fixtures/journal.ts';
import { describeQueueContract } from './queue.ts';

const { journal, close } = await startJournal();
afterAll(close);

describeQueueContract('the journal in process', async (name, { visibilityTimeoutSeconds, redrive }) => {
  const deadLetterQueue = redrive && (await journal.createQueue(redrive.deadLetterQueueName));
  const queue = await journal.createQueue(name, { visibilityTimeoutSeconds, redrivePolicy: redrive });
  return { queue, deadLetterQueue, purge: () => queue.purge() };
});
