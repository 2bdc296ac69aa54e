import { isUtf8 } from 'node:buffer';
import type { RawRequest } from '../../../../localstack/host/front/raw-request.ts';
import { type HttpFunction, type Route, routeKey, routes } from '../../../../shared/http/routes.ts';

/** A request on the wire, escapes and all. */
export interface WireRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: string;
  /** In the letters that the client chose; a name may come twice. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** The function that a gateway found for a request, and what it hands it. */
export interface Delivery {
  readonly function: HttpFunction;
  readonly event: unknown;
}

export const requestId = 'request 1';
const sourceIp = '203.0.113.7';
const stage = 'prod';

const valuesByName = (
  pairs: readonly (readonly [string, string])[],
  canonical: (name: string) => string,
): Record<string, string[]> => {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(canonical(name), [...(values.get(canonical(name)) ?? []), value]);
  return Object.fromEntries(values);
};

const mapValues = <From, To>(record: Record<string, From>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

const orNull = <Value>(record: Record<string, Value>): Record<string, Value> | null =>
  Object.keys(record).length === 0 ? null : record;

/** What the front of `npm start` makes of a request. */
export const hostRequest = ({ method, path, query, headers, body }: WireRequest): RawRequest => ({
  id: requestId,
  method,
  target: query === '' ? path : `${path}?${query}`,
  headers: {
    ...mapValues(
      valuesByName(headers, (name) => name.toLowerCase()),
      (values) => values.join(', '),
    ),
    'content-length': String(body.length),
  },
  body,
  sourceIp,
});

interface Found {
  readonly function: HttpFunction;
  readonly route: Route | undefined;
  readonly parameters: Record<string, string>;
}

/** Gateways compare segment by segment; what none of ours fits goes to the function that takes all else. */
const findRoute = (method: string, path: string): Found => {
  const given = path.split('/');
  for (const route of routes) {
    const wanted = route.path.split('/');
    const fits = wanted.every((segment, place) => segment.startsWith('{') || segment === given[place]);
    if (route.method !== method || wanted.length !== given.length || !fits) continue;
    const parameters = wanted.flatMap((segment, place) =>
      segment.startsWith('{') ? [[segment.slice(1, -1), given[place] ?? '']] : [],
    );
    return { function: route.function, route, parameters: Object.fromEntries(parameters) };
  }
  return { function: 'fallback', route: undefined, parameters: {} };
};

const decodedPairs = (query: string): (readonly [string, string])[] =>
  query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...rest] = pair.replaceAll('+', ' ').split('=');
      return [decodeURIComponent(name), decodeURIComponent(rest.join('='))] as const;
    });

/** How REST APIs write these names, whatever the client wrote (CloudFront is before them). */
const capitalised = new Set(['Accept', 'Authorization', 'Content-Type', 'Host', 'User-Agent']);
const restHeaderName = (name: string): string =>
  [...capitalised].find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;

/** How a gateway carries a body: as base64 whatever it is (binary media types of all kinds), or as text where it is UTF-8. */
export type Transport = 'base64' | 'text';

const bodyOf = (body: Buffer, transport: Transport): { body: string | null; isBase64Encoded: boolean } => {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  return transport === 'text' && isUtf8(body)
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
};

/**
 * API Gateway's REST API with Lambda proxy integration: payload format 1.0 as AWS records it in
 * docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html. Path and parameters stay
 * encoded, the query is decoded, `content-length` is dropped.
 */
export const restApi = (request: WireRequest, transport: Transport): Delivery => {
  const { method, path, query, headers, body } = request;
  const { function: name, route, parameters } = findRoute(method, path);
  const multiValueHeaders = valuesByName(headers, restHeaderName);
  const multiValueQuery = valuesByName(decodedPairs(query), (key) => key);
  const rest =
    path === '/' ? { resource: '/', parameters: {} } : { resource: '/{proxy+}', parameters: { proxy: path } };
  const resource = route?.path ?? rest.resource;
  return {
    function: name,
    event: {
      resource,
      path,
      httpMethod: method,
      headers: orNull(mapValues(multiValueHeaders, (values) => values.at(-1))),
      multiValueHeaders: orNull(multiValueHeaders),
      queryStringParameters: orNull(mapValues(multiValueQuery, (values) => values.at(-1))),
      multiValueQueryStringParameters: orNull(multiValueQuery),
      pathParameters: orNull(route === undefined ? rest.parameters : parameters),
      stageVariables: null,
      requestContext: {
        resourcePath: resource,
        httpMethod: method,
        path: `/${stage}${path}`,
        protocol: 'HTTP/1.1',
        stage,
        requestId,
        identity: { sourceIp, userAgent: 'test', userArn: null, accessKey: null },
      },
      ...bodyOf(body, transport),
    },
  };
};

/** Decodes all escapes but those of the percent sign, or all of them. */
const decodePath = (path: string, keepsPercent: boolean): string =>
  keepsPercent
    ? path
        .split(/(%25)/)
        .map((piece) => (piece === '%25' ? piece : decodeURIComponent(piece)))
        .join('')
    : decodeURIComponent(path);

/**
 * API Gateway's HTTP API: payload format 2.0 as in
 * docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html. Path and parameters
 * are decoded, the query is as sent, header names are in lower case and what is repeated is joined by commas.
 */
export const httpApi = (request: WireRequest, transport: Transport, keepsPercent: boolean): Delivery => {
  const { method, path, query, headers, body } = request;
  const rawPath = decodePath(path, keepsPercent);
  const { function: name, route, parameters } = findRoute(method, rawPath);
  const key = route === undefined ? '$default' : routeKey(route);
  const joined = valuesByName(headers, (given) => given.toLowerCase());
  const carried = bodyOf(body, transport);
  return {
    function: name,
    event: {
      version: '2.0',
      routeKey: key,
      rawPath,
      rawQueryString: query,
      headers: { ...mapValues(joined, (values) => values.join(',')), 'content-length': String(body.length) },
      ...(Object.keys(parameters).length === 0 ? {} : { pathParameters: parameters }),
      requestContext: {
        routeKey: key,
        stage: '$default',
        requestId,
        http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp, userAgent: 'test' },
      },
      isBase64Encoded: carried.isBase64Encoded,
      ...(carried.body === null ? {} : { body: carried.body }),
    },
  };
};
