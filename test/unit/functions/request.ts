import { matchRoute } from '../../../shared/http/match.ts';
import type { HttpAnswer, HttpRequest } from '../../../shared/http/request.ts';

export interface Sent {
  readonly method: 'GET' | 'POST';
  /** Path and query as sent. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly sourceIp?: string;
}

/** The API Gateway event of a request, as a host builds it. @throws what no route matches */
export const gatewayEvent = ({ method, target, headers = {}, body, sourceIp = '127.0.0.1' }: Sent): HttpRequest => {
  const [path = '', rawQueryString = ''] = target.split('?');
  const { key, pathParameters } = matchRoute(method, path);
  return {
    routeKey: key,
    rawPath: path,
    rawQueryString,
    headers,
    pathParameters,
    requestContext: { requestId: 'request 1', http: { method, path, sourceIp } },
    body: typeof body === 'string' ? body : body?.toString('base64'),
    isBase64Encoded: typeof body === 'object',
  };
};

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly field?: string;
}

export interface RefusedBatch extends Problem {
  readonly rejected: readonly { readonly index: number; readonly problem: Problem }[];
}

export interface AcceptedBatch {
  readonly accepted: number;
  readonly message_ids: readonly string[];
  readonly event_ids: readonly (string | null)[];
  readonly rejected: RefusedBatch['rejected'];
}

/** The answer's JSON. Its shape is checked against the API's own document in `openapi.test.ts` and the e2e suite. */
export const bodyOf = <Shape>({ body }: HttpAnswer): Shape => JSON.parse(body) as Shape;
