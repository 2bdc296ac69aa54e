import { type HttpError, InvalidField, isHttpError } from '../domain/errors.ts';
import type { HttpAnswer } from './request.ts';

/** RFC 9457 problem details. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly field?: string;
  /** Names the request, for whoever looks for it in a log. */
  readonly instance?: string;
}

/** The kinds of problem: every tagged error with a status, and the two that are no error of the domain. */
const titles: Readonly<Record<HttpError['tag'] | 'InternalError' | 'BatchRefused', string>> = {
  InvalidField: 'A member of the request is wrong',
  MalformedBody: 'The body cannot be read',
  BodyTooLarge: 'The body is too large',
  EventTooLarge: 'The event is too large',
  UnsupportedMediaType: 'The content type is not supported',
  RouteNotFound: 'There is nothing here',
  MethodNotAllowed: 'The method is not allowed here',
  EventNotFound: 'There is no such event',
  EventNotSealed: 'The event has no position yet',
  EventExpired: 'The event is gone, since its retention is over',
  LetterNotFound: 'There is no such letter in quarantine',
  ConsultationErased: 'The consultation was erased',
  Unauthenticated: 'A valid API key is needed',
  Forbidden: 'The API key does not allow this',
  RequestTimeout: 'The request came too slowly',
  QueueUnavailable: 'The queue cannot take events for now',
  QueueFull: 'Too many events are waiting',
  StoreUnavailable: 'The store cannot be reached for now',
  ShuttingDown: 'The service is going down',
  InternalError: 'Something went wrong on our side',
  BatchRefused: 'None of the events was accepted',
};

export type ProblemTag = keyof typeof titles;

const isTag = (name: string): name is ProblemTag => Object.hasOwn(titles, name);

/** Every kind of problem. */
export const problemTags: readonly ProblemTag[] = Object.keys(titles).filter(isTag);

/** `EventTooLarge` is `urn:fi-events:problem:event-too-large`. */
export const problemType = (tag: ProblemTag): string =>
  `urn:fi-events:problem:${tag.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}`;

const types = new Map<ProblemTag, string>();

/** Rendered once a tag: a batch may be refused ten thousand times over. */
const typeOf = (tag: ProblemTag): string => {
  const known = types.get(tag) ?? problemType(tag);
  types.set(tag, known);
  return known;
};

export const problemOf = (tag: ProblemTag, status: number, detail: string, field?: string): Problem => ({
  type: typeOf(tag),
  title: titles[tag],
  status,
  detail,
  ...(field === undefined ? {} : { field }),
});

const fieldOf = (error: HttpError): string | undefined => ('field' in error ? error.field : undefined);

/** An error as a problem. Nothing of an unexpected error is shown: it may quote what the client must not see. */
export const problemOfError = (error: unknown): Problem =>
  isHttpError(error)
    ? problemOf(error.tag, error.status, error.message, fieldOf(error))
    : problemOf('InternalError', 500, 'The request failed in a way nobody foresaw; it is in the log.');

/** The `error_type` label of an error. */
export const errorType = (error: unknown): ProblemTag => (isHttpError(error) ? error.tag : 'InternalError');

/** Headers that belong to an error: when to come back, what is allowed, how to authenticate. */
export const headersOfError = (error: unknown): Record<string, string> => {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  if (!isHttpError(error)) return headers;
  if ('retryAfterSeconds' in error) headers['retry-after'] = String(error.retryAfterSeconds);
  if (error.tag === 'MethodNotAllowed') headers.allow = error.allow.join(', ');
  if (error.tag === 'Unauthenticated') headers['www-authenticate'] = 'Bearer realm="fi-events"';
  return headers;
};

/** The answer to a request that failed with `error`. */
export const problemAnswer = (error: unknown, requestId: string): HttpAnswer => {
  const problem: Problem = {
    ...problemOfError(error),
    instance: `urn:fi-events:request:${encodeURIComponent(requestId)}`,
  };
  return {
    statusCode: problem.status,
    headers: headersOfError(error),
    body: JSON.stringify(problem),
    isBase64Encoded: false,
  };
};

/** A percent-escape that is none, or none of UTF-8. */
export const decodeEscapes = (text: string, field: string): string => {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new InvalidField(field, 'has a percent-escape that is not one of UTF-8', { cause });
  }
};
