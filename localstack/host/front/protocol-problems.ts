import { BodyTooLarge, RequestTimeout } from '../../../shared/domain/errors.ts';
import { limits } from '../../../shared/domain/limits.ts';
import { problemAnswer } from '../../../shared/http/problem.ts';
import type { HttpAnswer } from '../../../shared/http/request.ts';

/** What goes wrong before there is a request that a function could be given. */
export interface ProtocolProblem {
  /** The `error_type` label of `fi_events_failed_total`. */
  readonly tag: string;
  readonly answer: (requestId: string) => HttpAnswer;
}

const ofError = (error: BodyTooLarge | RequestTimeout): ProtocolProblem => ({
  tag: error.tag,
  answer: (requestId) => problemAnswer(error, requestId),
});

export const bodyTooLarge = (limitBytes: number): ProtocolProblem => ofError(new BodyTooLarge(limitBytes));

export const requestTimeout: ProtocolProblem = ofError(
  new RequestTimeout('The request was not complete in time: send it again, in smaller pieces if the line is slow.'),
);

const kebab = (tag: string): string => tag.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();

/** Problems of HTTP itself. Behind API Gateway the gateway answers these in its own way, so the API does not name them. */
const ofProtocol = (tag: string, status: number, title: string, detail: string): ProtocolProblem => ({
  tag,
  answer: (requestId) => ({
    statusCode: status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({
      type: `urn:fi-events:problem:${kebab(tag)}`,
      title,
      status,
      detail,
      instance: `urn:fi-events:request:${requestId}`,
    }),
    isBase64Encoded: false,
  }),
});

export const malformedHttp = ofProtocol('MalformedHttp', 400, 'Malformed HTTP', 'What was sent is not HTTP/1.1.');

export const headersTooLarge = ofProtocol(
  'HeadersTooLarge',
  431,
  'The headers are too large',
  'The request line and headers together are larger than 16 KiB.',
);

export const expectationFailed = ofProtocol(
  'ExpectationFailed',
  417,
  'The expectation cannot be met',
  'Expect: only 100-continue is understood.',
);

export const requestTargetTooLong = ofProtocol(
  'RequestTargetTooLong',
  414,
  'The request target is too long',
  `Path and query together are longer than ${limits.requestTargetLength} characters.`,
);
