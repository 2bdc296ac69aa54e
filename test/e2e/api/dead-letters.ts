import { GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { eventually } from './eventually.ts';

/** The queues of a host as any AWS client sees them. */
export interface Queues {
  /** Puts a message straight on the events queue, past every check of the front. */
  sendRaw(body: string): Promise<void>;
  /** Waits for the dead letter whose body has `text` in it. */
  deadLetter(text: string): Promise<{ readonly body: string; readonly reason: string | undefined }>;
  close(): void;
}

export const openQueues = (endpoint: string): Queues => {
  const client = new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const urlOf = async (name: string): Promise<string> => {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
    if (QueueUrl === undefined) throw new Error(`no queue ${name}`);
    return QueueUrl;
  };
  const seen = new Map<string, { readonly body: string; readonly reason: string | undefined }>();
  return {
    sendRaw: async (body) => {
      await client.send(new SendMessageCommand({ QueueUrl: await urlOf('fi-events'), MessageBody: body }));
    },
    deadLetter: async (text) => {
      const QueueUrl = await urlOf('fi-events-dead-letter');
      return eventually(`a dead letter with ${text}`, async () => {
        const known = [...seen.values()].find(({ body }) => body.includes(text));
        if (known !== undefined) return known;
        // Nothing is deleted: the letters stay for an operator to look at, as they would.
        const { Messages } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ['All'],
            VisibilityTimeout: 1,
          }),
        );
        for (const { MessageId = '', Body = '', MessageAttributes } of Messages ?? []) {
          seen.set(MessageId, { body: Body, reason: MessageAttributes?.reason?.StringValue });
        }
        return undefined;
      });
    },
    close: () => client.destroy(),
  };
};
