import { GetQueueAttributesCommand, type QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { region, testCredentials } from '../deploy/aws-environment.ts';

const counts = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const satisfies readonly QueueAttributeName[];

/** How many messages a queue holds: waiting, being worked on, and delayed. A queue that is not there holds none. */
export const waitingMessages = async (endpoint: string, queueUrl: string): Promise<number> => {
  const client = new SQSClient({ endpoint, region, credentials: testCredentials });
  try {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...counts] }),
    );
    return counts.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
  } catch (error) {
    if (error instanceof Error && /NonExistentQueue|QueueDoesNotExist/.test(error.name)) return 0;
    throw error;
  } finally {
    client.destroy();
  }
};
