import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';

/** Always none: see `tags.ts`. */
export const listQueueTags: Action = (request, { journal, addresses }) => {
  requestedQueue(request, journal, addresses);
  return { Tags: {} };
};
