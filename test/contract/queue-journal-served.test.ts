import { afterAll } from 'vitest';
import { startServedJournal } from './fixtures/journal.ts';
import { sqsQueues } from './fixtures/sqs-queues.ts';
import { describeQueueContract } from './queue.ts';

const server = await startServedJournal();
const { makeQueue, close } = sqsQueues(server.url);
afterAll(async () => {
  close();
  await server.close();
});

describeQueueContract('the journal over its protocol, through the SDK adapter', makeQueue);
