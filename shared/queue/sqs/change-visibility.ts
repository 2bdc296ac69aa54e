import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import type { ReceiptHandle } from '../../domain/ids.ts';
import { inChunks } from './in-chunks.ts';
import type { SqsConnection } from './open.ts';

/** As many ChangeMessageVisibilityBatch calls as the handles need. */
export const changeVisibility = (
  { client, queueUrl, requestTimeoutMs, parallelCalls }: SqsConnection,
  handles: readonly ReceiptHandle[],
  seconds: number,
): Promise<readonly ReceiptHandle[]> =>
  inChunks(handles, parallelCalls, (entries) => {
    const timed = entries.map((entry) => ({ ...entry, VisibilityTimeout: seconds }));
    return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: timed }), {
      requestTimeout: requestTimeoutMs,
    });
  });
