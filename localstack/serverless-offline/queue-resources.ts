import type { QueueAttributes } from '../../shared/queue/journal/port.ts';
import { isRecord } from '../deploy/serverless.ts';

/** A queue of the `resources` section, in the journal's terms. */
export interface QueueResource {
  readonly logicalId: string;
  readonly name: string;
  readonly attributes: Partial<QueueAttributes>;
}

const seconds = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));

/** The logical id in `!GetAtt Queue.Arn`, as the framework hands it over. */
export const referredQueue = (value: unknown): string | undefined => {
  const reference = isRecord(value) ? value['Fn::GetAtt'] : undefined;
  const [logicalId] = Array.isArray(reference) ? reference : String(reference ?? '').split('.');
  return typeof logicalId === 'string' && logicalId !== '' ? logicalId : undefined;
};

type Resources = Readonly<Record<string, unknown>>;

const propertiesOf = (resource: unknown): Resources | undefined => {
  if (!isRecord(resource) || resource.Type !== 'AWS::SQS::Queue') return undefined;
  return isRecord(resource.Properties) ? resource.Properties : {};
};

const nameOf = (logicalId: string, properties: Resources): string =>
  typeof properties.QueueName === 'string' ? properties.QueueName : logicalId;

const redriveOf = (properties: Resources, resources: Resources): QueueAttributes['redrivePolicy'] => {
  const policy = properties.RedrivePolicy;
  if (!isRecord(policy)) return undefined;
  const target = referredQueue(policy.deadLetterTargetArn);
  const targetProperties = target === undefined ? undefined : propertiesOf(resources[target]);
  if (target === undefined || targetProperties === undefined) {
    throw new Error('deadLetterTargetArn must be !GetAtt of a queue in the same resources');
  }
  return { deadLetterQueueName: nameOf(target, targetProperties), maxReceiveCount: Number(policy.maxReceiveCount) };
};

/**
 * The queues of `resources`, dead-letter queues before those that name them. Retention is left out:
 * the embedded queue never expires a message that nobody acknowledged.
 */
export const queueResources = (resources: Resources): readonly QueueResource[] => {
  const queues: QueueResource[] = [];
  for (const [logicalId, resource] of Object.entries(resources)) {
    const properties = propertiesOf(resource);
    if (properties === undefined) continue;
    const given = {
      visibilityTimeoutSeconds: seconds(properties.VisibilityTimeout),
      delaySeconds: seconds(properties.DelaySeconds),
      receiveMessageWaitTimeSeconds: seconds(properties.ReceiveMessageWaitTimeSeconds),
      redrivePolicy: redriveOf(properties, resources),
    };
    const attributes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    queues.push({ logicalId, name: nameOf(logicalId, properties), attributes });
  }
  return queues.sort(
    (left, right) => Number('redrivePolicy' in left.attributes) - Number('redrivePolicy' in right.attributes),
  );
};
