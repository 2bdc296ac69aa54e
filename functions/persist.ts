import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
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

let wired: Promise<PersistHandler> | undefined;

/** Adapters are chosen at the first batch; where that failed, the next batch tries again. */
const wire = async (): Promise<PersistHandler> => {
  if (wired === undefined) wired = persistDependencies().then(createHandler);
  const wiring = wired;
  try {
    return await wiring;
  } catch (error) {
    wired = undefined;
    throw error;
  }
};

/** What Lambda, the host and serverless-offline run. */
export const handler: PersistHandler = async (event) => (await wire())(event);
