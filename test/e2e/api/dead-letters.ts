import { GetQueueUrlCommand, SendMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';

/** The queues of a host as any AWS client sees them. What is in quarantine the API tells, see `quarantine.ts`. */
export interface Queues {
  /** Puts a message straight on the events queue, past every check of the front. */
  sendRaw(body: string): Promise<void>;
  /** Puts a message straight on the dead-letter queue, as a redrive does. */
  sendDead(body: string, attributes?: Readonly<Record<string, string>>): Promise<void>;
  /** Has the dead-letter queue refuse larger messages, as long as nobody sets it back. */
  limitDeadLetters(maximumMessageBytes: number): Promise<void>;
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
  return {
    sendRaw: async (body) => {
      await client.send(new SendMessageCommand({ QueueUrl: await urlOf('fi-events'), MessageBody: body }));
    },
    sendDead: async (body, attributes = {}) => {
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      );
      const QueueUrl = await urlOf('fi-events-dead-letter');
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }));
    },
    limitDeadLetters: async (maximumMessageBytes) => {
      await client.send(
        new SetQueueAttributesCommand({
          QueueUrl: await urlOf('fi-events-dead-letter'),
          Attributes: { MaximumMessageSize: String(maximumMessageBytes) },
        }),
      );
    },
    close: () => client.destroy(),
  };
};
