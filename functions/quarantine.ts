import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { attemptOf, wasSplit } from '../shared/queue/letters/attributes.ts';
import { createQuarantineStage, type DeadMessage, type QuarantineDependencies } from '../shared/stages/quarantine.ts';
import { quarantineDependencies } from '../shared/wiring.ts';

export type { QuarantineDependencies } from '../shared/stages/quarantine.ts';

export type QuarantineHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

const deadMessage = ({ messageId, body, attributes, messageAttributes }: SQSRecord): DeadMessage => ({
  messageId,
  body,
  sentAtMs: Number(attributes.SentTimestamp) || Date.now(),
  attempt: attemptOf(messageAttributes),
  wasSplit: wasSplit(messageAttributes),
});

/** The SQS trigger on the dead-letter queue: what is not safe in the store yet is reported and comes back. */
export const createHandler = (dependencies: QuarantineDependencies): QuarantineHandler => {
  const empty = createQuarantineStage(dependencies);
  return async ({ Records }) => {
    const { failedMessageIds } = await empty(Records.map(deadMessage));
    return { batchItemFailures: failedMessageIds.map((itemIdentifier) => ({ itemIdentifier })) };
  };
};

let wired: QuarantineHandler | undefined;

/** What Lambda, the host and serverless-offline run. Adapters are chosen at the first batch. */
export const handler: QuarantineHandler = async (event) => {
  wired ??= createHandler(quarantineDependencies());
  return wired(event);
};
