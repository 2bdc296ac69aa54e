import { invalidParameter } from './errors.ts';
import { type Fields, optionalText, optionalWhole, ranges } from './fields.ts';

/** One page of queue URLs in SQS's shape. The token is the last name of the page before, in base64url. */
export interface Page {
  readonly names: readonly string[];
  readonly nextToken: string | undefined;
}

/** Cuts the page that the request asks for out of `names`, which ascend. Without `MaxResults` it is one page of 1,000. */
export const pageOf = (request: Fields, names: readonly string[]): Page => {
  const size = optionalWhole(request, 'MaxResults', ranges.queues) ?? ranges.queues.most;
  const token = optionalText(request, 'NextToken');
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString();
  if (token !== undefined && after === '')
    throw invalidParameter('NextToken', token, 'Must be a token of an earlier page.');
  const rest = names.filter((name) => name > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  const more = rest.length > page.length && last !== undefined;
  return { names: page, nextToken: more ? Buffer.from(last).toString('base64url') : undefined };
};
