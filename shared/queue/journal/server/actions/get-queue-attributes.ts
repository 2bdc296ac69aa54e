import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';
import { textList } from '../fields.ts';
import { renderQueueAttributes } from '../queue-attributes.ts';

export const getQueueAttributes: Action = async (request, { journal, addresses }) => {
  const queue = requestedQueue(request, journal, addresses);
  const names = textList(request, 'AttributeNames');
  if (names.length === 0) return {};
  return { Attributes: renderQueueAttributes(queue, await queue.depth(), addresses, names) };
};
