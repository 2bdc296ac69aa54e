import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';
import { missingParameter } from '../errors.ts';
import { textRecord } from '../fields.ts';
import { parseQueueAttributes } from '../queue-attributes.ts';

export const setQueueAttributes: Action = async (request, { journal, addresses }) => {
  const queue = requestedQueue(request, journal, addresses);
  const attributes = textRecord(request, 'Attributes');
  if (Object.keys(attributes).length === 0) throw missingParameter('Attributes');
  await queue.setAttributes(parseQueueAttributes(attributes, addresses, (name) => journal.queue(name) !== undefined));
  return {};
};
