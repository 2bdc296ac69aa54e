import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';

export const deleteQueue: Action = async (request, { journal, addresses }) => {
  await journal.deleteQueue(requestedQueue(request, journal, addresses).name);
  return {};
};
