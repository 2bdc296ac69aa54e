import { DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { ReceiptHandle } from '../../domain/ids.ts';
import { inChunks } from './in-chunks.ts';
import type { SqsConnection } from './open.ts';

/** As many DeleteMessageBatch calls as the handles need. */
export const deleteBatch = (
  { client, queueUrl, requestTimeoutMs, parallelCalls }: SqsConnection,
  handles: readonly ReceiptHandle[],
): Promise<readonly ReceiptHandle[]> =>
  inChunks(handles, parallelCalls, (entries) =>
    client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }), {
      requestTimeout: requestTimeoutMs,
    }),
  );
