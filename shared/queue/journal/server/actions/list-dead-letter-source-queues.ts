import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';
import { pageOf } from '../page.ts';
import { sourcesOf } from '../sources.ts';

export const listDeadLetterSourceQueues: Action = (request, { journal, addresses }) => {
  const { name } = requestedQueue(request, journal, addresses);
  const { names, nextToken } = pageOf(request, sourcesOf(name, journal));
  // A lower-case name, unlike everywhere else in SQS's API.
  return { queueUrls: names.map((source) => addresses.urlOf(source)), NextToken: nextToken };
};
