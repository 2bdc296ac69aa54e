import type { Action } from '../action.ts';
import { optionalText } from '../fields.ts';
import { pageOf } from '../page.ts';

export const listQueues: Action = (request, { journal, addresses }) => {
  const prefix = optionalText(request, 'QueueNamePrefix') ?? '';
  const matching = journal.queueNames().filter((name) => name.startsWith(prefix));
  const { names, nextToken } = pageOf(request, matching);
  return { QueueUrls: names.map((name) => addresses.urlOf(name)), NextToken: nextToken };
};
