import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { QueueFull, QueueUnavailable } from '../../../domain/errors.ts';
import { InvalidQueueRequest, QueueExists, QueueMissing } from '../errors.ts';
import { EncodedAnswer } from './encoded.ts';
import { queryErrorOf, queueDoesNotExist, SqsError } from './errors.ts';

const encode = (result: object): EncodedAnswer =>
  result instanceof EncodedAnswer ? result : new EncodedAnswer([Buffer.from(JSON.stringify(result))]);

const write = (
  response: ServerResponse,
  status: number,
  { pieces, bytes }: EncodedAnswer,
  headers: Readonly<Record<string, string>>,
): void => {
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': bytes,
    'x-amzn-RequestId': randomUUID(),
    ...headers,
  });
  // One write to the socket for all of them.
  response.cork();
  for (const piece of pieces) response.write(piece);
  response.end();
};

/** Sends what an action answered. */
export const answer = (response: ServerResponse, result: object): void => write(response, 200, encode(result), {});

/** What the client is told of an error. The inside of an unexpected one stays inside. */
export const asSqsError = (error: unknown): SqsError => {
  if (error instanceof SqsError) return error;
  if (error instanceof QueueMissing) return queueDoesNotExist();
  if (error instanceof QueueExists) return new SqsError('QueueNameExists', error.message, { cause: error });
  if (error instanceof InvalidQueueRequest) {
    return new SqsError('InvalidParameterValue', error.message, { cause: error });
  }
  const options = { cause: error, senderFault: false };
  if (error instanceof QueueUnavailable || error instanceof QueueFull) {
    return new SqsError('ServiceUnavailable', error.message, { ...options, status: 503 });
  }
  return new SqsError('InternalFailure', 'The embedded queue failed; its log says why.', { ...options, status: 500 });
};

/** Sends an error in SQS's shape. */
export const answerError = (response: ServerResponse, error: SqsError): void => {
  write(response, error.status, encode({ __type: `com.amazonaws.sqs#${error.code}`, message: error.message }), {
    'x-amzn-query-error': queryErrorOf(error),
    // The rest of an oversized body is not read: the connection can't be used again.
    ...(error.status === 413 ? { Connection: 'close' } : {}),
  });
};
