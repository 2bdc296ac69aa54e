import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { openSqsQueue } from '../../../shared/queue/sqs/open.ts';
import type { LoadRun } from '../../load/run-loads.ts';
import { countMissing, idsIn } from '../measure/count-missing.ts';

export const queueName = 'fi-events';
/** As all the emulators have it that know no accounts. */
export const queuePath = `/000000000000/${queueName}`;

const receivers = 8;
/** Longer than reading everything takes: what was read must not come back meanwhile. */
const visibilityTimeoutSeconds = 600;
/** An answer that is given up may have messages in it, which nobody would see again. */
const requestTimeoutMs = 120_000;

const clientOf = (port: number): SQSClient =>
  new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

/** Makes the queue of the bench where it is not there. */
export const createSqsQueue = async (port: number): Promise<void> => {
  const client = clientOf(port);
  try {
    await client.send(new CreateQueueCommand({ QueueName: queueName }));
  } finally {
    client.destroy();
  }
};

/** Receives until nothing comes any more. @returns how many accepted events were not among it */
export const missingInSqs = async (port: number, runs: readonly LoadRun[]): Promise<number> => {
  const client = clientOf(port);
  const queue = openSqsQueue({ queueUrl: `http://127.0.0.1:${port}${queuePath}`, client, requestTimeoutMs });
  const ids: string[] = [];
  const receiveAll = async (): Promise<void> => {
    for (;;) {
      const messages = await queue.receive({ maxMessages: 10, waitTimeSeconds: 1, visibilityTimeoutSeconds });
      if (messages.length === 0) return;
      for (const { body } of messages) ids.push(...idsIn(body));
    }
  };
  try {
    await Promise.all(Array.from({ length: receivers }, receiveAll));
    return countMissing(runs, ids);
  } finally {
    client.destroy();
  }
};
