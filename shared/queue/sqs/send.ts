import { SendMessageBatchCommand, type SendMessageBatchResult } from '@aws-sdk/client-sqs';
import type { MessageId } from '../../domain/ids.ts';
import type { OutgoingMessage, SendResult } from '../port.ts';
import { toTyped } from './attributes.ts';
import type { SqsConnection } from './open.ts';

/** An answer that names an entry neither way says nothing about it: it may not be taken for sent. */
const unanswered: SendResult = {
  status: 'failed',
  code: 'InternalError',
  message: 'The queue did not say what became of the message.',
  senderFault: false,
};

const bytesOf = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

/** SQS answers 200 with entries that failed, and in any order: each is looked up by its id. */
const inOrder = (count: number, answer: Partial<SendMessageBatchResult>): readonly SendResult[] => {
  const results = new Map<string, SendResult>();
  for (const { Id, MessageId } of answer.Successful ?? []) {
    if (Id !== undefined && MessageId) results.set(Id, { status: 'sent', messageId: MessageId as MessageId });
  }
  for (const { Id, Code = 'InternalError', Message = '', SenderFault = false } of answer.Failed ?? []) {
    if (Id !== undefined) results.set(Id, { status: 'failed', code: Code, message: Message, senderFault: SenderFault });
  }
  return Array.from({ length: count }, (_, index) => results.get(String(index)) ?? unanswered);
};

/** One SendMessageBatch; a retry of the SDK may send a message twice, as SQS itself may. */
export const sendBatch = async (
  { client, queueUrl, requestTimeoutMs }: SqsConnection,
  messages: readonly OutgoingMessage[],
): Promise<readonly SendResult[]> => {
  if (messages.length === 0) return [];
  const command = new SendMessageBatchCommand({
    QueueUrl: queueUrl,
    Entries: messages.map(({ body, attributes }, index) => {
      const typed = toTyped(attributes, bytesOf);
      return { Id: String(index), MessageBody: body, ...(typed ? { MessageAttributes: typed } : {}) };
    }),
  });
  return inOrder(messages.length, await client.send(command, { requestTimeout: requestTimeoutMs }));
};
