import type { Action } from '../action.ts';
import { requiredQueueName } from '../addresses.ts';
import { queueDoesNotExist } from '../errors.ts';

export const getQueueUrl: Action = (request, { journal, addresses }) => {
  const name = requiredQueueName(request);
  if (journal.queue(name) === undefined) throw queueDoesNotExist();
  return { QueueUrl: addresses.urlOf(name) };
};
