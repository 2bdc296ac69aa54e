import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { Forbidden, RouteNotFound } from '../domain/errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { eventsFailed } from '../telemetry/metrics.ts';
import { isFromTrustedIssuer } from './auth/gateway-authorizer.ts';
import type { KeyRing } from './auth/key-ring.ts';
import { isLoopback } from './auth/loopback.ts';
import { anonymous, isAction, type Principal } from './auth/principal.ts';
import { routeOf } from './match.ts';
import { consultationIdOf } from './path.ts';
import { errorType, problemAnswer } from './problem.ts';
import { parseQuery } from './query.ts';
import { type AuthorisedRequest, type HttpAnswer, type HttpRequest, headerOf } from './request.ts';
import type { Route } from './routes.ts';

/** What every HTTP function is given. */
export interface ChainDependencies {
  readonly keys: KeyRing;
  readonly logger: Logger;
  /** Whose tokens a JWT authoriser before the function has checked (`FI_JWT_ISSUER`); without it nobody's. */
  readonly jwtIssuer?: string | undefined;
}

export type FunctionHandler = (request: AuthorisedRequest) => Promise<HttpAnswer> | HttpAnswer;

/** What the host calls, and what `lazyHandler` makes the events of gateways into. Never rejects. */
export type HttpHandler = (request: HttpRequest, context?: Partial<Context>) => Promise<HttpAnswer>;

/** The machine itself, and whom a gateway's JWT authoriser let through, need no key as long as there are none. */
const isTrustedWithoutKey = ({ requestContext }: HttpRequest, jwtIssuer: string | undefined): boolean =>
  isLoopback(requestContext.http.sourceIp) || isFromTrustedIssuer(requestContext.authorizer, jwtIssuer);

/** Who calls. @throws Unauthenticated */
const authenticate = (request: HttpRequest, route: Route, { keys, jwtIssuer }: ChainDependencies): Principal =>
  route.access === 'key-or-loopback' && isLoopback(request.requestContext.http.sourceIp)
    ? anonymous
    : keys.authenticate(headerOf(request, 'authorization'), isTrustedWithoutKey(request, jwtIssuer));

/**
 * Where the path names no consultation the function authorises each event or letter by itself.
 * @throws Forbidden
 */
const authorise = (principal: Principal, { access }: Route, consultationId: string | undefined): void => {
  if (!isAction(access)) return;
  if (consultationId === undefined) {
    // `POST /events` answers each event; a key that may append none is told so event by event.
    if (access === 'append' || principal.mayOnSome(access)) return;
    throw new Forbidden(`The API key ${principal.id} may not ${access} events.`);
  }
  if (!principal.may(access, consultationId)) {
    throw new Forbidden(`The API key ${principal.id} may not ${access} events of the consultation ${consultationId}.`);
  }
};

/** The request with all that is checked before any function sees it. @throws HttpError */
const admit = (request: HttpRequest, dependencies: ChainDependencies): AuthorisedRequest => {
  if (request.refusal !== undefined) throw request.refusal;
  const route = routeOf(request);
  if (route === undefined) throw new RouteNotFound(`There is no route ${request.rawPath.slice(0, 200)}.`);
  const principal = authenticate(request, route, dependencies);
  const given = request.pathParameters?.id;
  const consultationId = given === undefined ? undefined : consultationIdOf(given);
  authorise(principal, route, consultationId);
  if (request.rawQueryString && route.query !== undefined) parseQuery(request.rawQueryString, route.query);
  return { ...request, principal, consultationId };
};

/** One line for each read, also in quarantine: a clinical record shows who looked at it. */
const logRead = (request: HttpRequest & Partial<AuthorisedRequest>, status: number, logger: Logger): void => {
  const access = routeOf(request)?.access;
  if (access !== 'read' && access !== 'replay') return;
  logger.info(access, {
    route: request.routeKey,
    status,
    ...(request.consultationId === undefined ? {} : { consultation_id: request.consultationId }),
    ...(request.pathParameters?.event_id === undefined
      ? {}
      : { event_id: request.pathParameters.event_id.slice(0, 36) }),
    ...(request.pathParameters?.letter_id === undefined
      ? {}
      : { letter_id: request.pathParameters.letter_id.slice(0, 40) }),
    ...(request.principal === undefined ? {} : { principal: request.principal.id }),
  });
};

/** What answers when something was thrown: a problem, counted, and logged when nobody foresaw it. */
const answerError = (error: unknown, request: HttpRequest, logger: Logger): HttpAnswer => {
  const type = errorType(error);
  eventsFailed.inc({ error_type: type });
  const answer = problemAnswer(error, request.requestContext.requestId);
  if (type === 'InternalError') {
    logger.error('a request failed', { route: request.routeKey, status: answer.statusCode, error });
  }
  return answer;
};

/** The one chain that every HTTP function runs in: authorisation, then the function, then errors as problem+json. */
export const chain = (
  handler: FunctionHandler,
  dependencies: ChainDependencies,
  admitted: (request: HttpRequest) => AuthorisedRequest = (request) => admit(request, dependencies),
): HttpHandler => {
  const { logger } = dependencies;
  const wrapped = middy<AuthorisedRequest, HttpAnswer>()
    .use({
      before: (request) => {
        request.event = admitted(request.event);
      },
      after: ({ event, response }) => {
        if (response) logRead(event, response.statusCode, logger);
      },
      onError: (request) => {
        const answer = answerError(request.error, request.event, logger);
        logRead(request.event, answer.statusCode, logger);
        request.response = answer;
      },
    })
    .handler(async (request) => handler(request));
  return (request, context = {}) => wrapped(request as AuthorisedRequest, context as Context);
};

/** The chain without authorisation, for what no route matched: what is not there needs no key. */
export const openChain = (handler: FunctionHandler, dependencies: ChainDependencies): HttpHandler =>
  chain(handler, dependencies, (request) => ({ ...request, principal: anonymous, consultationId: undefined }));
