import { connectHttp, post } from './http.ts';
import { onlyEvent, type Protocol } from './protocol.ts';

/** Nobody checks it; some emulators find the service by it. */
const credential =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0';

const headers = [
  'Content-Type: application/x-amz-json-1.0',
  'X-Amz-Target: AmazonSQS.SendMessage',
  `Authorization: ${credential}`,
]
  .map((header) => `${header}\r\n`)
  .join('');

/** SendMessage of one event to the queue at `basePath`, in SQS's JSON protocol. */
export const sqs: Protocol = {
  request: (events, target) => {
    const { host, port, basePath = '' } = target;
    const QueueUrl = `http://${host}:${port}${basePath}`;
    return post(target, '/', headers, JSON.stringify({ QueueUrl, MessageBody: onlyEvent(events).line }));
  },
  connect: (target, { onAnswer, ...events }) =>
    connectHttp(target, {
      ...events,
      onAnswer: ({ status, body }) => onAnswer({ status: status === 200 ? 202 : status, body }),
    }),
};
