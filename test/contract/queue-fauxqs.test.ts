import { afterAll } from 'vitest';
import { startFauxqs } from './fixtures/fauxqs.ts';
import { sqsQueues } from './fixtures/sqs-queues.ts';
import { describeQueueContract } from './queue.ts';

const server = await startFauxqs();
const { makeQueue, close } = sqsQueues(server.url);
afterAll(async () => {
  close();
  await server.close();
});

describeQueueContract('fauxqs through the SDK adapter', makeQueue, {
  pollOutlivesItsClient: true,
  refusesAstralCharacters: true,
});
