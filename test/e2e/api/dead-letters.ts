import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { eventually } from './eventually.ts';

export interface DeadLetter {
  readonly body: string;
  readonly reason: string | undefined;
}

/** The queues of a host as any AWS client sees them. */
export interface Queues {
  /** Puts a message straight on the events queue, past every check of the front. */
  sendRaw(body: string): Promise<void>;
  /** The dead letter whose body has `text` in it, if it is there by now. */
  findDeadLetter(text: string): Promise<DeadLetter | undefined>;
  /** Waits for it. */
  deadLetter(text: string): Promise<DeadLetter>;
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
  const seen = new Map<string, DeadLetter>();

  const findDeadLetter = async (text: string): Promise<DeadLetter | undefined> => {
    const known = (): DeadLetter | undefined => [...seen.values()].find(({ body }) => body.includes(text));
    if (known() !== undefined) return known();
    // Nothing is deleted: the letters stay for an operator to look at, as they would.
    const { Messages } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: await urlOf('fi-events-dead-letter'),
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        VisibilityTimeout: 1,
      }),
    );
    for (const { MessageId = '', Body = '', MessageAttributes } of Messages ?? []) {
      seen.set(MessageId, { body: Body, reason: MessageAttributes?.reason?.StringValue });
    }
    return known();
  };

  return {
    findDeadLetter,
    deadLetter: (text) => eventually(`a dead letter with ${text}`, () => findDeadLetter(text), 60_000),
    limitDeadLetters: async (maximumMessageBytes) => {
      await client.send(
        new SetQueueAttributesCommand({
          QueueUrl: await urlOf('fi-events-dead-letter'),
          Attributes: { MaximumMessageSize: String(maximumMessageBytes) },
        }),
      );
    },
    sendRaw: async (body) => {
      await client.send(new SendMessageCommand({ QueueUrl: await urlOf('fi-events'), MessageBody: body }));
    },
    close: () => client.destroy(),
  };
};
