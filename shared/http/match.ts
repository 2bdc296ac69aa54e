import { type HttpError, isHttpError, MethodNotAllowed, RouteNotFound } from '../domain/errors.ts';
import { decodeEscapes } from './problem.ts';
import type { HttpRequest } from './request.ts';
import { type Route, routeKey, routes } from './routes.ts';

export interface MatchedRoute {
  readonly route: Route;
  /** API Gateway's name of the route, for `routeKey` of the event. */
  readonly key: string;
  /** Decoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

const fieldNames: Readonly<Record<string, string>> = { id: 'consultation_id' };

/** The name that errors give a path parameter. */
export const fieldOfParameter = (name: string): string => fieldNames[name] ?? name;

interface CompiledRoute {
  readonly route: Route;
  readonly key: string;
  /** A literal, or the name of the parameter in this place. */
  readonly segments: readonly { readonly literal?: string; readonly parameter?: string }[];
}

const compiled: readonly CompiledRoute[] = routes.map((route: Route) => ({
  route,
  key: routeKey(route),
  segments: route.path
    .split('/')
    .map((segment) => (segment.startsWith('{') ? { parameter: segment.slice(1, -1) } : { literal: segment })),
}));

const fits = ({ segments }: CompiledRoute, given: readonly string[]): boolean =>
  segments.length === given.length &&
  segments.every(({ literal }, place) => literal === undefined || literal === given[place]);

const parametersOf = ({ segments }: CompiledRoute, given: readonly string[]): Record<string, string> => {
  const parameters: Record<string, string> = {};
  segments.forEach(({ parameter }, place) => {
    if (parameter === undefined) return;
    parameters[parameter] = decodeEscapes(given[place] ?? '', fieldOfParameter(parameter));
  });
  return parameters;
};

/**
 * Finds the route of a request, as API Gateway does for Lambda.
 * @param path as sent, percent-escapes and all, without the query.
 * @throws RouteNotFound | MethodNotAllowed | InvalidField when a percent-escape of a parameter is none.
 */
export const matchRoute = (method: string, path: string): MatchedRoute => {
  const given = path.split('/');
  const candidates = compiled.filter((candidate) => fits(candidate, given));
  if (candidates.length === 0) throw new RouteNotFound(`There is no route ${path.slice(0, 200)}.`);
  const found = candidates.find(({ route }) => route.method === method);
  if (found === undefined) {
    throw new MethodNotAllowed(
      method,
      candidates.map(({ route }) => route.method),
    );
  }
  return { route: found.route, key: found.key, pathParameters: parametersOf(found, given) };
};

/** {@link matchRoute} for a host, which hands what matches nothing to `functions/fallback`. */
export const tryMatchRoute = (method: string, path: string): MatchedRoute | HttpError => {
  try {
    return matchRoute(method, path);
  } catch (error) {
    if (isHttpError(error)) return error;
    throw error;
  }
};

const byKey = new Map(compiled.map(({ key, route }) => [key, route]));

/** The route that a gateway found for the request; undefined when it found none. */
export const routeOf = (request: HttpRequest): Route | undefined => byKey.get(request.routeKey);
