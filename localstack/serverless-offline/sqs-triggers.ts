import { isRecord, type Service } from '../deploy/serverless.ts';
import { referredQueue } from './queue-resources.ts';

/** An `sqs` event of a function: an event source mapping. */
export interface SqsTrigger {
  readonly functionKey: string;
  /** Of the queue, in `resources`. */
  readonly logicalId: string;
  readonly batchSize: number;
  readonly batchWindowMs: number;
  readonly maximumConcurrency: number;
  readonly reportBatchItemFailures: boolean;
}

/** Lambda's own defaults, for what an event leaves out. */
const defaultBatchSize = 10;
const defaultConcurrency = 5;

const numberOr = (value: unknown, fallback: number): number => (value === undefined ? fallback : Number(value));

const triggerOf = (functionKey: string, sqs: Readonly<Record<string, unknown>>): SqsTrigger => {
  const logicalId = referredQueue(sqs.arn);
  if (logicalId === undefined) throw new Error(`${functionKey}: the arn of an sqs event must be !GetAtt of a queue`);
  return {
    functionKey,
    logicalId,
    batchSize: numberOr(sqs.batchSize, defaultBatchSize),
    batchWindowMs: numberOr(sqs.maximumBatchingWindow, 0) * 1_000,
    maximumConcurrency: numberOr(sqs.maximumConcurrency, defaultConcurrency),
    reportBatchItemFailures: sqs.functionResponseType === 'ReportBatchItemFailures',
  };
};

/** Every enabled `sqs` event of the service. */
export const sqsTriggers = (service: Pick<Service, 'getAllFunctions' | 'getFunction'>): readonly SqsTrigger[] =>
  service.getAllFunctions().flatMap((functionKey) =>
    service
      .getFunction(functionKey)
      .events.map(({ sqs }) => sqs)
      .filter(isRecord)
      .filter(({ enabled }) => enabled !== false)
      .map((sqs) => triggerOf(functionKey, sqs)),
  );
