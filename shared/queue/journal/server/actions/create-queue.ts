import { isDeepStrictEqual } from 'node:util';
import type { JournalQueue, QueueAttributes } from '../../port.ts';
import type { Action } from '../action.ts';
import { requiredQueueName } from '../addresses.ts';
import { SqsError } from '../errors.ts';
import { textRecord } from '../fields.ts';
import { parseQueueAttributes } from '../queue-attributes.ts';
import { refuseTags } from '../tags.ts';

/** SQS compares only the attributes that are given. */
const refuseOthers = ({ name, attributes }: JournalQueue, given: Partial<QueueAttributes>): void => {
  const current: Partial<QueueAttributes> = attributes;
  for (const key of Object.keys(given) as (keyof QueueAttributes)[]) {
    if (!isDeepStrictEqual(current[key], given[key])) {
      throw new SqsError(
        'QueueNameExists',
        `A queue already exists with the name ${name} and a different value for attribute ${key}.`,
      );
    }
  }
};

export const createQueue: Action = async (request, { journal, addresses }) => {
  const name = requiredQueueName(request);
  refuseTags(textRecord(request, 'tags'));
  const attributes = parseQueueAttributes(
    textRecord(request, 'Attributes'),
    addresses,
    (other) => journal.queue(other) !== undefined,
  );
  const existing = journal.queue(name);
  if (existing) refuseOthers(existing, attributes);
  else await journal.createQueue(name, attributes);
  return { QueueUrl: addresses.urlOf(name) };
};
