import type { Answer } from './raw-request.ts';

/** What goes wrong before there is a request that a function could be given. */
export interface ProtocolProblem {
  readonly status: number;
  /** The `error_type` label of `fi_events_failed_total`; kebab-cased it ends the problem's type. */
  readonly tag: string;
  readonly title: string;
  readonly detail: string;
  readonly field?: string;
}

export const malformedHttp: ProtocolProblem = {
  status: 400,
  tag: 'MalformedHttp',
  title: 'Malformed HTTP',
  detail: 'What was sent is not HTTP/1.1.',
};

export const headersTooLarge: ProtocolProblem = {
  status: 431,
  tag: 'HeadersTooLarge',
  title: 'Headers too large',
  detail: 'The request line and headers together are larger than 16 KiB.',
};

export const requestTimeout: ProtocolProblem = {
  status: 408,
  tag: 'RequestTimeout',
  title: 'Request timeout',
  detail: 'The request was not complete in time: send it again, in smaller pieces if the line is slow.',
};

export const expectationFailed: ProtocolProblem = {
  status: 417,
  tag: 'ExpectationFailed',
  title: 'Expectation failed',
  detail: 'Expect: only 100-continue is understood.',
  field: 'Expect',
};

export const requestTargetTooLong = (limitCharacters: number): ProtocolProblem => ({
  status: 414,
  tag: 'RequestTargetTooLong',
  title: 'Request target too long',
  detail: `Path and query together are longer than ${limitCharacters} characters.`,
});

export const bodyTooLarge = (limitBytes: number): ProtocolProblem => ({
  status: 413,
  tag: 'BodyTooLarge',
  title: 'Body too large',
  detail: `The body is larger than ${limitBytes} bytes: send the events in several requests.`,
  field: 'body',
});

const kebab = (tag: string): string => tag.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();

/** The problem as RFC 9457 has it. */
export const problemAnswer = (problem: ProtocolProblem): Answer => ({
  statusCode: problem.status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({
    type: `urn:fi-events:problem:${kebab(problem.tag)}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    ...(problem.field === undefined ? {} : { field: problem.field }),
  }),
  isBase64Encoded: false,
});
