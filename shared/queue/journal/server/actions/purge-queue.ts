import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';

/** Unlike SQS, which allows one purge a minute, since here a purge is over when it is answered. */
export const purgeQueue: Action = async (request, { journal, addresses }) => {
  await requestedQueue(request, journal, addresses).purge();
  return {};
};
