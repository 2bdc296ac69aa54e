import type { Action } from './auth/principal.ts';

/** The functions that answer HTTP; `fallback` answers what no route matches. */
export type HttpFunction = 'ingest' | 'read' | 'replay' | 'health' | 'metrics' | 'openapi' | 'fallback';

/**
 * Who may call, once there are keys: whoever has a key that allows the action on the consultation (where the path names none, on
 * any: the function then looks at each), any key, or any key and the loopback without one (probes and scrapers of the same machine).
 */
export type Access = Action | 'key' | 'key-or-loopback';

export interface Route {
  readonly method: 'GET' | 'POST';
  /** As API Gateway and OpenAPI write it. */
  readonly path: string;
  readonly function: Exclude<HttpFunction, 'fallback'>;
  readonly access: Access;
  /** The query parameters that there are; undefined where any is ignored, since probes and scrapers add their own. */
  readonly query: readonly string[] | undefined;
}

/** The query parameters of `GET /quarantine`. */
export const quarantineParameters = [
  'reason',
  'consultation',
  'event_id',
  'older_than',
  'newer_than',
  'state',
  'limit',
  'after',
] as const;

/** The one table of routes: the host's router, serverless.yml (by a test) and OpenAPI follow it. */
export const routes = [
  { method: 'POST', path: '/consultations/{id}/events', function: 'ingest', access: 'append', query: [] },
  { method: 'POST', path: '/events', function: 'ingest', access: 'append', query: [] },
  { method: 'GET', path: '/events', function: 'read', access: 'read', query: ['after', 'limit', 'type'] },
  {
    method: 'GET',
    path: '/consultations/{id}/events',
    function: 'read',
    access: 'read',
    query: ['after', 'limit', 'type', 'unsealed'],
  },
  { method: 'GET', path: '/consultations/{id}/events/{event_id}', function: 'read', access: 'read', query: ['stored'] },
  { method: 'GET', path: '/consultations/{id}/events/{event_id}/proof', function: 'read', access: 'read', query: [] },
  { method: 'GET', path: '/quarantine', function: 'replay', access: 'replay', query: quarantineParameters },
  { method: 'GET', path: '/quarantine/{letter_id}', function: 'replay', access: 'replay', query: [] },
  { method: 'POST', path: '/quarantine/retry', function: 'replay', access: 'replay', query: [] },
  { method: 'POST', path: '/quarantine/discard', function: 'replay', access: 'replay', query: [] },
  { method: 'GET', path: '/health/live', function: 'health', access: 'key-or-loopback', query: undefined },
  { method: 'GET', path: '/health/ready', function: 'health', access: 'key', query: undefined },
  { method: 'GET', path: '/metrics', function: 'metrics', access: 'key-or-loopback', query: undefined },
  { method: 'GET', path: '/openapi.json', function: 'openapi', access: 'key', query: undefined },
] as const satisfies readonly Route[];

type KeyOf<Each> = Each extends {
  readonly method: infer Method extends string;
  readonly path: infer Path extends string;
}
  ? `${Method} ${Path}`
  : never;

/** `POST /events`: how API Gateway names a route, and how each operation of the API is called. */
export type RouteKey = KeyOf<(typeof routes)[number]>;

export const routeKey = (route: Route): string => `${route.method} ${route.path}`;

const keys: ReadonlySet<string> = new Set(routes.map(routeKey));

export const isRouteKey = (text: string): text is RouteKey => keys.has(text);
