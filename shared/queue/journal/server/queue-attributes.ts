import type { QueueDepth } from '../../port.ts';
import type { JournalQueue, QueueAttributes, RedrivePolicy } from '../port.ts';
import type { Addresses } from './addresses.ts';
import { SqsError } from './errors.ts';
import { isFields, type Range, ranges } from './fields.ts';

type Changes = { -readonly [Name in keyof QueueAttributes]?: QueueAttributes[Name] };

const invalidValue = (name: string, reason: string): SqsError =>
  new SqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}. Reason: ${reason}`);

const whole = (name: string, text: string, { least, most }: Range): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw invalidValue(name, `Must be between ${least} and ${most}.`);
  }
  return value;
};

const redrivePolicy = (
  text: string,
  addresses: Addresses,
  exists: (name: string) => boolean,
): RedrivePolicy | undefined => {
  // SQS's way to take a policy away.
  if (text === '') return undefined;
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw invalidValue('RedrivePolicy', 'Must be JSON text.');
  }
  if (!isFields(policy)) throw invalidValue('RedrivePolicy', 'Must be a JSON object.');
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  const name = typeof deadLetterTargetArn === 'string' ? addresses.nameInArn(deadLetterTargetArn) : undefined;
  if (name === undefined || !exists(name)) {
    throw invalidValue('RedrivePolicy', 'deadLetterTargetArn must be the ARN of a queue that exists.');
  }
  const count = whole('RedrivePolicy.maxReceiveCount', String(maxReceiveCount), ranges.maxReceiveCount);
  return { deadLetterQueueName: name, maxReceiveCount: count };
};

/** Attributes that may be given with the one value that the embedded queue has anyway. */
const constants: Readonly<Record<string, string>> = {
  FifoQueue: 'false',
  SqsManagedSseEnabled: 'false',
};

const immutable = (name: string, text: string): void => {
  const value = constants[name];
  if (value === undefined) {
    throw new SqsError('InvalidAttributeName', `The embedded queue has no attribute ${name} that can be set.`);
  }
  if (text !== value) throw invalidValue(name, `The embedded queue has ${value} only.`);
};

/**
 * Attributes as SQS writes them, as the journal takes them.
 * @throws SqsError for a name that cannot be set or a value out of range.
 */
export const parseQueueAttributes = (
  attributes: Readonly<Record<string, string>>,
  addresses: Addresses,
  exists: (name: string) => boolean,
): Partial<QueueAttributes> => {
  const changes: Changes = {};
  for (const [name, text] of Object.entries(attributes)) {
    switch (name) {
      case 'VisibilityTimeout':
        changes.visibilityTimeoutSeconds = whole(name, text, ranges.visibilityTimeoutSeconds);
        break;
      case 'DelaySeconds':
        changes.delaySeconds = whole(name, text, ranges.delaySeconds);
        break;
      case 'MessageRetentionPeriod':
        changes.messageRetentionSeconds = whole(name, text, ranges.messageRetentionSeconds);
        break;
      case 'ReceiveMessageWaitTimeSeconds':
        changes.receiveMessageWaitTimeSeconds = whole(name, text, ranges.waitTimeSeconds);
        break;
      case 'MaximumMessageSize':
        changes.maximumMessageBytes = whole(name, text, ranges.maximumMessageBytes);
        break;
      case 'RedrivePolicy':
        changes.redrivePolicy = redrivePolicy(text, addresses, exists);
        break;
      default:
        immutable(name, text);
    }
  }
  return changes;
};

/** Every attribute that the embedded queue knows, as SQS names and writes it. */
const allAttributes = (
  { name, attributes, createdAtMs }: JournalQueue,
  depth: QueueDepth,
  addresses: Addresses,
): Readonly<Record<string, string | undefined>> => ({
  ApproximateNumberOfMessages: String(depth.visible),
  ApproximateNumberOfMessagesNotVisible: String(depth.inFlight),
  ApproximateNumberOfMessagesDelayed: String(depth.delayed),
  CreatedTimestamp: String(Math.floor(createdAtMs / 1_000)),
  DelaySeconds: String(attributes.delaySeconds),
  LastModifiedTimestamp: String(Math.floor(createdAtMs / 1_000)),
  MaximumMessageSize: String(attributes.maximumMessageBytes),
  // Left out while messages never expire, which SQS has no number for.
  MessageRetentionPeriod: attributes.messageRetentionSeconds?.toString(),
  QueueArn: addresses.arnOf(name),
  ReceiveMessageWaitTimeSeconds: String(attributes.receiveMessageWaitTimeSeconds),
  RedrivePolicy:
    attributes.redrivePolicy &&
    JSON.stringify({
      deadLetterTargetArn: addresses.arnOf(attributes.redrivePolicy.deadLetterQueueName),
      maxReceiveCount: attributes.redrivePolicy.maxReceiveCount,
    }),
  SqsManagedSseEnabled: constants.SqsManagedSseEnabled,
  VisibilityTimeout: String(attributes.visibilityTimeoutSeconds),
});

/** Names that SQS has and the embedded queue has no value for: asking for them is no mistake. */
const absentAttributes: ReadonlySet<string> = new Set([
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'Policy',
  'RedriveAllowPolicy',
]);

/**
 * The attributes that were asked for; those without a value are left out.
 * @throws SqsError for a name that SQS does not have.
 */
export const renderQueueAttributes = (
  queue: JournalQueue,
  depth: QueueDepth,
  addresses: Addresses,
  names: readonly string[],
): Readonly<Record<string, string>> => {
  const all = allAttributes(queue, depth, addresses);
  const wanted = names.includes('All') ? Object.keys(all) : names;
  const rendered: Record<string, string> = {};
  for (const name of wanted) {
    if (!Object.hasOwn(all, name) && !absentAttributes.has(name)) {
      throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
    const value = all[name];
    if (value !== undefined) rendered[name] = value;
  }
  return rendered;
};
