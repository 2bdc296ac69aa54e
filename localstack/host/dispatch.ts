import { isUtf8 } from 'node:buffer';
import { ShuttingDown } from '../../shared/domain/errors.ts';
import { tryMatchRoute } from '../../shared/http/match.ts';
import { errorType, problemAnswer } from '../../shared/http/problem.ts';
import type { HttpAnswer, HttpRequest } from '../../shared/http/request.ts';
import type { HttpFunction } from '../../shared/http/routes.ts';
import type { Logger } from '../../shared/telemetry/log.ts';
import type { RawRequest } from './front/raw-request.ts';

export interface DispatchOptions<Answer> {
  /** Some may answer with more than a function of Lambda can, e.g. with a stream. */
  readonly functions: Readonly<Record<HttpFunction, (request: HttpRequest) => Promise<Answer>>>;
  /** True from the moment that the host was told to end. */
  readonly isDraining: () => boolean;
  /** Counts what never reaches a function, by kind of error. */
  readonly failed: (errorType: string) => void;
  readonly logger: Logger;
}

/** Payload format 2.0 as API Gateway builds it, as far as our functions read it. */
const toHttpRequest = (
  raw: RawRequest,
  routeKey: string,
  rawPath: string,
  rawQueryString: string,
  pathParameters: HttpRequest['pathParameters'],
): HttpRequest => {
  // UTF-8 goes to a string and back without a change, so that what is text need not be encoded a second time.
  const isText = isUtf8(raw.body);
  return {
    routeKey,
    rawPath,
    rawQueryString,
    // node:http has joined repeated headers already, except for `set-cookie`, which only answers have.
    headers: raw.headers as HttpRequest['headers'],
    pathParameters,
    requestContext: {
      requestId: raw.id,
      http: { method: raw.method, path: rawPath, sourceIp: raw.sourceIp },
    },
    body: isText ? raw.body.toString('utf8') : raw.body.toString('base64'),
    isBase64Encoded: !isText,
  };
};

/** Probes and scrapers may look on while the host ends. */
const servedWhileDraining: ReadonlySet<HttpFunction> = new Set(['health', 'metrics']);

/** What the gateway in front of Lambda does: finds the function of a request, and hands it over. */
export const createDispatch = <Answer>({
  functions,
  isDraining,
  failed,
  logger,
}: DispatchOptions<Answer>): ((raw: RawRequest) => Promise<Answer | HttpAnswer>) => {
  const refuse = (error: unknown, requestId: string): HttpAnswer => {
    failed(errorType(error));
    return problemAnswer(error, requestId);
  };

  return async (raw) => {
    const question = raw.target.indexOf('?');
    const rawPath = question < 0 ? raw.target : raw.target.slice(0, question);
    const rawQueryString = question < 0 ? '' : raw.target.slice(question + 1);
    try {
      const match = tryMatchRoute(raw.method, rawPath);
      const found = match instanceof Error ? undefined : match;
      const name: HttpFunction = found?.route.function ?? 'fallback';
      if (isDraining() && (!servedWhileDraining.has(name) || rawPath === '/health/ready')) {
        return refuse(new ShuttingDown('The service is going down: send the request again in a moment.'), raw.id);
      }
      const request = toHttpRequest(raw, found?.key ?? '$default', rawPath, rawQueryString, found?.pathParameters);
      return await functions[name](request);
    } catch (error) {
      // The chain answers for all that a function does; what comes here is ours.
      logger.error('a request could not be dispatched', { method: raw.method, error });
      return refuse(error, raw.id);
    }
  };
};
