import { limits } from '../../../domain/limits.ts';
import { InvalidQueueRequest } from '../errors.ts';
import type { QueueAttributes, RedrivePolicy } from '../port.ts';

/** SQS's defaults (SetQueueAttributes), but for the retention: an embedded queue forgets nothing unless told to. */
export const defaultAttributes: QueueAttributes = {
  visibilityTimeoutSeconds: 30,
  delaySeconds: 0,
  messageRetentionSeconds: undefined,
  receiveMessageWaitTimeSeconds: 0,
  maximumMessageBytes: limits.messageBytes,
  redrivePolicy: undefined,
};

/** SQS's ranges (SetQueueAttributes), in seconds and bytes. */
const ranges = {
  visibilityTimeoutSeconds: [0, 43_200],
  delaySeconds: [0, 900],
  messageRetentionSeconds: [60, 1_209_600],
  receiveMessageWaitTimeSeconds: [0, 20],
  maximumMessageBytes: [1_024, limits.messageBytes],
} as const;

const mostReceives = 1_000;
const namePattern = /^[A-Za-z0-9_-]{1,80}$/;

const requireWhole = (parameter: string, value: number, [least, most]: readonly [number, number]): void => {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new InvalidQueueRequest(parameter, `must be a whole number from ${least} to ${most}`);
  }
};

/** @throws InvalidQueueRequest when SQS would refuse the name. */
export const requireQueueName = (name: string): void => {
  if (!namePattern.test(name)) {
    throw new InvalidQueueRequest('name', 'must be 1 to 80 letters, digits, hyphens and underscores');
  }
};

const requirePolicy = ({ deadLetterQueueName, maxReceiveCount }: RedrivePolicy): void => {
  requireQueueName(deadLetterQueueName);
  requireWhole('maxReceiveCount', maxReceiveCount, [1, mostReceives]);
};

/** @throws InvalidQueueRequest when SQS would refuse an attribute. */
export const requireAttributes = (attributes: QueueAttributes): void => {
  for (const name of [
    'visibilityTimeoutSeconds',
    'delaySeconds',
    'receiveMessageWaitTimeSeconds',
    'maximumMessageBytes',
  ] as const) {
    requireWhole(name, attributes[name], ranges[name]);
  }
  const { messageRetentionSeconds, redrivePolicy } = attributes;
  if (messageRetentionSeconds !== undefined) {
    requireWhole('messageRetentionSeconds', messageRetentionSeconds, ranges.messageRetentionSeconds);
  }
  if (redrivePolicy !== undefined) requirePolicy(redrivePolicy);
};

const samePolicy = (one: RedrivePolicy | undefined, other: RedrivePolicy | undefined): boolean =>
  one?.deadLetterQueueName === other?.deadLetterQueueName && one?.maxReceiveCount === other?.maxReceiveCount;

/** True when both say the same. */
export const sameAttributes = (one: QueueAttributes, other: QueueAttributes): boolean =>
  one.visibilityTimeoutSeconds === other.visibilityTimeoutSeconds &&
  one.delaySeconds === other.delaySeconds &&
  one.messageRetentionSeconds === other.messageRetentionSeconds &&
  one.receiveMessageWaitTimeSeconds === other.receiveMessageWaitTimeSeconds &&
  one.maximumMessageBytes === other.maximumMessageBytes &&
  samePolicy(one.redrivePolicy, other.redrivePolicy);
