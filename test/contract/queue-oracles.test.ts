import { afterAll } from 'vitest';
import { startFauxqs } from './fixtures/fauxqs.ts';
import { sqsQueues } from './fixtures/sqs-queues.ts';
import { describeQueueContract, type Looseness } from './queue.ts';

const fauxqs = await startFauxqs();
const queues = sqsQueues(fauxqs.url);
afterAll(async () => {
  queues.close();
  await fauxqs.close();
});

describeQueueContract('fauxqs through the SDK adapter', queues.makeQueue, {
  pollOutlivesItsClient: true,
  refusesAstralCharacters: true,
});

// Any other server (LocalStack, MiniStack, ElasticMQ) that was started for it, with what it is known to do otherwise.
const endpoint = process.env.FI_TEST_SQS_ENDPOINT;
if (endpoint !== undefined) {
  const known = (process.env.FI_TEST_SQS_LOOSENESS ?? '').split(',');
  const loose: Required<Looseness> = {
    pollOutlivesItsClient: known.includes('pollOutlivesItsClient'),
    refusesAstralCharacters: known.includes('refusesAstralCharacters'),
  };
  const others = sqsQueues(endpoint);
  afterAll(others.close);
  describeQueueContract(`${endpoint} through the SDK adapter`, others.makeQueue, loose);
}
