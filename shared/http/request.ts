import type { HttpError } from '../domain/errors.ts';
import type { ConsultationId } from '../domain/ids.ts';
import type { Principal } from './auth/principal.ts';

/** What our functions read of a request: API Gateway's payload format 2.0. Hosts build it, `gateway/` makes it of other events. */
export interface HttpRequest {
  /** `POST /events`, or `$default` where no route matched. */
  readonly routeKey: string;
  /** As sent by our hosts and by REST APIs, percent-escapes and all; decoded by HTTP APIs. */
  readonly rawPath: string;
  /** As sent, without the question mark. */
  readonly rawQueryString?: string | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Decoded. */
  readonly pathParameters?: Readonly<Record<string, string | undefined>> | undefined;
  readonly requestContext: {
    readonly requestId: string;
    /** What an HTTP API's authoriser found out; some gateways send one although they have none. */
    readonly authorizer?: unknown;
    readonly http: { readonly method: string; readonly path: string; readonly sourceIp: string };
  };
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
  /** Why the event of a gateway can't be read as a request; the chain answers with it. */
  readonly refusal?: HttpError;
}

/** A request that the chain let through. */
export interface AuthorisedRequest extends HttpRequest {
  readonly principal: Principal;
  /** Of the path, valid; undefined on routes without one. */
  readonly consultationId: ConsultationId | undefined;
}

/** What a function answers; payload formats 1.0 and 2.0 share it. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** A header by its lower-case name, which is how API Gateway and our hosts write it; other gateways may not. */
export const headerOf = (request: Pick<HttpRequest, 'headers'>, name: string): string | undefined => {
  const given = request.headers[name];
  if (given !== undefined) return given;
  for (const other in request.headers) {
    if (other.length === name.length && other.toLowerCase() === name) return request.headers[other];
  }
  return undefined;
};

const jsonHeaders = { 'content-type': 'application/json' };

/** An answer whose body is JSON text already. */
export const jsonTextAnswer = (statusCode: number, body: string): HttpAnswer => ({
  statusCode,
  headers: jsonHeaders,
  body,
  isBase64Encoded: false,
});

export const jsonAnswer = (statusCode: number, value: unknown): HttpAnswer =>
  jsonTextAnswer(statusCode, JSON.stringify(value));
