import type { SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import type { ReceivedMessage } from '../port.ts';
import { jsonBytes } from './json-bytes.ts';

/** Which queue the records say that they come from. */
export interface EventSource {
  /** E.g. `arn:aws:sqs:eu-west-1:000000000000:fi-events`. */
  readonly arn: string;
  readonly region: string;
}

/** Bytes of `{"Records":[]}`. */
export const emptyEventBytes = 14;

const messageAttributes = (message: ReceivedMessage): SQSMessageAttributes =>
  Object.fromEntries(
    Object.entries(message.attributes).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
  );

const recordOf = (message: ReceivedMessage, source: EventSource, body: string): SQSRecord => ({
  messageId: message.messageId,
  receiptHandle: message.receiptHandle,
  body,
  attributes: {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAtMs),
    SenderId: 'fi-events',
    // Not part of the port, since nothing of ours reads it; Lambda's type demands it.
    ApproximateFirstReceiveTimestamp: String(message.sentAtMs),
  },
  messageAttributes: messageAttributes(message),
  // Nothing of ours reads it either, and MD5 takes a tenth of what the poller does for an event.
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: source.arn,
  awsRegion: source.region,
});

/** What a function with an SQS trigger is invoked with. */
export const sqsEvent = (messages: readonly ReceivedMessage[], source: EventSource): SQSEvent => ({
  Records: messages.map((message) => recordOf(message, source, message.body)),
});

/** Bytes that the message takes in the event, its comma included, counted as Lambda counts the 6 MB of an invocation. */
export const recordBytes = (message: ReceivedMessage, source: EventSource): number => {
  const bare = JSON.stringify(recordOf(message, source, ''));
  return Buffer.byteLength(bare) + jsonBytes(message.body) - 2 + 1;
};
