import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { onceMade } from '../shared/once-made.ts';
import { attemptOf } from '../shared/queue/letters/attributes.ts';
import { createPersistStage, type PersistDependencies } from '../shared/stages/persist.ts';
import { persistDependencies } from '../shared/wiring.ts';

export type { PersistDependencies } from '../shared/stages/persist.ts';

export type PersistHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

/** The SQS trigger of PERSIST: messages that are not safe yet are reported and come back. */
export const createHandler = (dependencies: PersistDependencies): PersistHandler => {
  const persist = createPersistStage(dependencies);
  return async ({ Records }) => {
    const { failedMessageIds } = await persist(
      Records.map(({ messageId, body, attributes, messageAttributes }) => ({
        messageId,
        body,
        receiveCount: Number(attributes.ApproximateReceiveCount),
        attempt: attemptOf(messageAttributes),
      })),
    );
    return { batchItemFailures: failedMessageIds.map((itemIdentifier) => ({ itemIdentifier })) };
  };
};

const wired = onceMade(async () => createHandler(await persistDependencies()));

/** What Lambda, the host and serverless-offline run. */
export const handler: PersistHandler = async (event) => (await wired())(event);
