import { isRouteKey, routeKey, routes } from '../routes.ts';
import { type Operation, operations, schemaRef } from './operations.ts';
import { schemas } from './schemas.ts';

/** Statuses that any operation may answer: by the chain, or by the HTTP server before it. */
const commonProblems = [400, 401, 403, 408, 413, 414, 417, 431, 500, 503] as const;

const descriptions: Readonly<Record<number, string>> = {
  400: 'Something of the request is wrong; field names it.',
  401: 'A valid API key is needed.',
  403: 'The API key does not allow this.',
  404: 'There is no such event or letter.',
  409: 'The event has no position yet; see Retry-After.',
  408: 'The request came too slowly.',
  410: 'The event was stored, and its retention is over; or its consultation was erased.',
  413: 'The body or an event is too large.',
  414: 'The path and query are too long.',
  415: 'The content type is not supported.',
  417: 'The expectation cannot be met.',
  429: 'Too many events are waiting; see Retry-After.',
  431: 'The headers are too large.',
  500: 'Something went wrong on our side.',
  503: 'The queue or the store cannot be used for now; see Retry-After.',
};

const retryAfter = { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 } } };

const problemResponse = (status: number, { rejectsBatches }: Operation): object => ({
  description: descriptions[status] ?? 'A problem.',
  ...([409, 429, 503].includes(status) ? { headers: retryAfter } : {}),
  content: {
    'application/problem+json': {
      schema: rejectsBatches ? { oneOf: [schemaRef('Problem'), schemaRef('BatchProblem')] } : schemaRef('Problem'),
    },
  },
});

const responsesOf = (operation: Operation): object => {
  const { status, ...success } = operation.success;
  const problems = new Set<number>([...commonProblems, ...operation.problems]);
  return Object.fromEntries([
    [String(status), success],
    ...[...problems].sort().map((problem) => [String(problem), problemResponse(problem, operation)]),
  ]);
};

const operationObject = (operation: Operation, open: boolean): object => ({
  operationId: operation.operationId,
  summary: operation.summary,
  parameters: operation.parameters,
  ...(operation.requestBody === undefined ? {} : { requestBody: operation.requestBody }),
  responses: responsesOf(operation),
  // An empty requirement: without a key too.
  security: open ? [{}, { key: [] }] : [{ key: [] }, {}],
});

const paths = (): object => {
  const byPath: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const key = routeKey(route);
    if (!isRouteKey(key)) continue;
    byPath[route.path] = {
      ...byPath[route.path],
      [route.method.toLowerCase()]: operationObject(operations[key], route.access === 'key-or-loopback'),
    };
  }
  return byPath;
};

/** The API as an OpenAPI 3.1 document, from the table of routes and the schemas that validate requests. */
export const openApiDocument = (): object => ({
  openapi: '3.1.1',
  info: {
    title: 'fi-events',
    version: '1',
    description:
      'Events of clinical consultations: a 202 means that the queue holds the event durably. Without API keys the service is open, on the loopback only; with keys every call needs one.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
  paths: paths(),
  components: {
    schemas,
    securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key: fi key create.' } },
  },
});
