import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { MessageId, ReceiptHandle } from '../../domain/ids.ts';
import type { ReceivedMessage, ReceiveOptions } from '../port.ts';
import { fromTyped } from './attributes.ts';
import type { SqsConnection } from './open.ts';

const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** @throws Error when the message has no handle or id: it could neither be deleted nor named. */
const received = (message: Message): ReceivedMessage => {
  const { MessageId, ReceiptHandle, Body = '', Attributes, MessageAttributes } = message;
  if (!MessageId || !ReceiptHandle) throw new Error('The queue answered a message without an id or a receipt handle.');
  return {
    messageId: MessageId as MessageId,
    receiptHandle: ReceiptHandle as ReceiptHandle,
    body: Body,
    attributes: fromTyped(MessageAttributes, base64Of),
    receiveCount: Number(Attributes?.ApproximateReceiveCount ?? 1),
    sentAtMs: Number(Attributes?.SentTimestamp ?? 0),
  };
};

/**
 * One ReceiveMessage. An abort ends it with nothing; what an SQS elsewhere had taken by then comes back after its visibility
 * timeout (the embedded queue takes nothing for a client that has gone).
 */
export const receive = async (
  { client, queueUrl, requestTimeoutMs }: SqsConnection,
  { maxMessages, waitTimeSeconds, visibilityTimeoutSeconds, signal }: ReceiveOptions,
): Promise<readonly ReceivedMessage[]> => {
  if (signal?.aborted) return [];
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: maxMessages,
    WaitTimeSeconds: waitTimeSeconds,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
    ...(visibilityTimeoutSeconds === undefined ? {} : { VisibilityTimeout: visibilityTimeoutSeconds }),
  });
  try {
    const { Messages = [] } = await client.send(command, {
      requestTimeout: waitTimeSeconds * 1_000 + requestTimeoutMs,
      ...(signal ? { abortSignal: signal } : {}),
    });
    return Messages.map(received);
  } catch (error) {
    if (signal?.aborted) return [];
    throw error;
  }
};
