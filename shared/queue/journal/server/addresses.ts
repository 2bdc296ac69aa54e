import type { Journal, JournalQueue } from '../port.ts';
import { invalidParameter, queueDoesNotExist, SqsError } from './errors.ts';
import { type Fields, requiredText } from './fields.ts';

/** How queues are named to the outside. */
export interface Addresses {
  /** The URL of a queue, as `QueueUrl` everywhere in the protocol. */
  urlOf(name: string): string;
  arnOf(name: string): string;
  /** The name in a queue URL, whatever its host: clients reach the loopback under several. Undefined when it is not ours. */
  nameInUrl(url: string): string | undefined;
  nameInArn(arn: string): string | undefined;
}

export const createAddresses = (origin: string, accountId: string, region: string): Addresses => {
  const path = `/${accountId}/`;
  const arnPrefix = `arn:aws:sqs:${region}:${accountId}:`;
  return {
    urlOf: (name) => `${origin}${path}${name}`,
    arnOf: (name) => `${arnPrefix}${name}`,
    nameInUrl: (url) => {
      const at = url.lastIndexOf(path);
      return at < 0 ? undefined : url.slice(at + path.length);
    },
    nameInArn: (arn) => (arn.startsWith(arnPrefix) ? arn.slice(arnPrefix.length) : undefined),
  };
};

/** Standard queues only: a name that ends in `.fifo` has a dot, which is none of these. */
const queueName = /^[A-Za-z0-9_-]{1,80}$/;

/** @throws SqsError when SQS would not take the name. */
export const requiredQueueName = (request: Fields): string => {
  const name = requiredText(request, 'QueueName');
  if (name.endsWith('.fifo'))
    throw new SqsError('UnsupportedOperation', 'The embedded queue has standard queues only.');
  if (!queueName.test(name)) {
    throw new SqsError(
      'InvalidParameterValue',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
  }
  return name;
};

/** The queue that a request is about. @throws SqsError when there is none. */
export const requestedQueue = (request: Fields, journal: Journal, addresses: Addresses): JournalQueue => {
  const name = addresses.nameInUrl(requiredText(request, 'QueueUrl'));
  const queue = name === undefined ? undefined : journal.queue(name);
  if (queue === undefined) throw queueDoesNotExist();
  return queue;
};

/** The queue that an ARN names. @throws SqsError `ResourceNotFoundException` when there is none. */
export const queueByArn = (arn: string, parameter: string, journal: Journal, addresses: Addresses): JournalQueue => {
  if (!arn.startsWith('arn:aws:sqs:')) throw invalidParameter(parameter, arn, 'Must be the ARN of a queue.');
  const name = addresses.nameInArn(arn);
  const queue = name === undefined ? undefined : journal.queue(name);
  if (queue === undefined) {
    throw new SqsError('ResourceNotFoundException', "The resource that you specified for the ARN doesn't exist.", {
      status: 404,
    });
  }
  return queue;
};
