import type { ConsultationId } from '../domain/ids.ts';
import type { Principal } from './auth/principal.ts';

/** What our functions read of an API Gateway event (payload format 2.0); hosts build it, AWS sends it. */
export interface HttpRequest {
  /** `POST /events`, or `$default` where no route matched. */
  readonly routeKey: string;
  /** As sent by our hosts, percent-escapes and all; decoded by API Gateway. */
  readonly rawPath: string;
  /** As sent, without the question mark. */
  readonly rawQueryString?: string | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Decoded. */
  readonly pathParameters?: Readonly<Record<string, string | undefined>> | undefined;
  readonly requestContext: {
    readonly requestId: string;
    /** What a gateway's authoriser, such as API Gateway's for JWT, found out; absent where there is none. */
    readonly authorizer?: unknown;
    readonly http: { readonly method: string; readonly path: string; readonly sourceIp: string };
  };
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
}

/** A request that the chain let through. */
export interface AuthorisedRequest extends HttpRequest {
  readonly principal: Principal;
  /** Of the path, valid; undefined on routes without one. */
  readonly consultationId: ConsultationId | undefined;
}

/** What a function answers (payload format 2.0). */
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
