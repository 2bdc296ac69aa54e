import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';
import { requiredHandle } from '../handles.ts';

/** A handle that is good no more is no error, as in SQS: the message is gone, or belongs to a later receive. */
export const deleteMessage: Action = async (request, { journal, addresses }) => {
  const queue = requestedQueue(request, journal, addresses);
  await queue.deleteBatch([requiredHandle(request)]);
  return {};
};
