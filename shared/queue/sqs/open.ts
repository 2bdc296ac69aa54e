import type { SQSClient } from '@aws-sdk/client-sqs';
import { QueueUnavailable } from '../../domain/errors.ts';
import type { Queue } from '../port.ts';
import { changeVisibility } from './change-visibility.ts';
import { connect } from './connect.ts';
import { deleteBatch } from './delete.ts';
import { depth } from './depth.ts';
import { receive } from './receive.ts';
import { sendBatch } from './send.ts';

export interface SqsQueueOptions {
  /** As `GetQueueUrl` answers it. */
  readonly queueUrl: string;
  /** The `stream` label of metrics. Default: the last part of the URL's path. */
  readonly name?: string;
  /** Used as it is and not closed. Default: one of the queue's own, made from the environment and the URL. */
  readonly client?: SQSClient;
  /** Longest time of one attempt of a call, a long poll's wait excluded. Default 10,000 ms: a slow queue is a failed one. */
  readonly requestTimeoutMs?: number;
  /** Attempts of one call, the first included. Default 3. */
  readonly maxAttempts?: number;
  /** Delete and visibility calls in flight at once. Default 8: more gains nothing on one core. */
  readonly parallelCalls?: number;
}

/** What every verb needs. */
export interface SqsConnection {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly requestTimeoutMs: number;
  readonly parallelCalls: number;
}

/** Every failure of the queue has this one name at the port. */
const unavailable = (call: string, queue: string, cause: unknown): QueueUnavailable => {
  if (cause instanceof QueueUnavailable) return cause;
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new QueueUnavailable(`${call} on queue ${queue} failed: ${reason}`, { cause });
};

/**
 * Opens an SQS-compatible queue: AWS, LocalStack, or the embedded one served over its protocol.
 * Nothing is sent until the first call.
 * @throws TypeError when `queueUrl` is no URL.
 */
export const openSqsQueue = (options: SqsQueueOptions): Queue => {
  const { queueUrl, requestTimeoutMs = 10_000, maxAttempts = 3, parallelCalls = 8 } = options;
  const name = options.name ?? new URL(queueUrl).pathname.split('/').at(-1) ?? queueUrl;
  const client = options.client ?? connect({ queueUrl, maxAttempts });
  const connection: SqsConnection = { client, queueUrl, requestTimeoutMs, parallelCalls };

  const guarded = async <Result>(call: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw unavailable(call, name, error);
    }
  };

  return {
    name,
    sendBatch: (messages) => guarded('SendMessageBatch', () => sendBatch(connection, messages)),
    receive: (request) => guarded('ReceiveMessage', () => receive(connection, request)),
    deleteBatch: (handles) => guarded('DeleteMessageBatch', () => deleteBatch(connection, handles)),
    changeVisibility: (handles, seconds) =>
      guarded('ChangeMessageVisibilityBatch', () => changeVisibility(connection, handles, seconds)),
    depth: () => guarded('GetQueueAttributes', () => depth(connection)),
    close: async () => {
      if (options.client === undefined) client.destroy();
    },
  };
};
