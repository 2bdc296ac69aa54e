import type { HttpRequest } from '../request.ts';
import { isRouteKey } from '../routes.ts';
import { type GivenParameters, httpApiParameters, restParameters } from './path-parameters.ts';
import { refusing } from './refusing.ts';

type Values<Value> = Readonly<Record<string, Value | undefined>> | null | undefined;

/** What we read of an event in payload format 1.0, which REST APIs send, and HTTP APIs that are told to. */
export interface RestEvent {
  /** HTTP APIs say which format this is, REST APIs do not. */
  readonly version?: string;
  /** The path of the route, e.g. `/consultations/{id}/events`; `/{proxy+}` for what no other resource matched. */
  readonly resource: string;
  readonly httpMethod: string;
  readonly path: string;
  readonly headers?: Values<string>;
  readonly multiValueHeaders?: Values<readonly string[]>;
  /** The last value of each name, decoded. */
  readonly queryStringParameters?: Values<string>;
  /** Decoded. */
  readonly multiValueQueryStringParameters?: Values<readonly string[]>;
  readonly pathParameters?: GivenParameters;
  readonly requestContext: {
    readonly requestId: string;
    readonly identity: { readonly sourceIp: string };
  };
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** All values by name; the single ones only for names that the other list lacks. */
const allValues = (multiple: Values<readonly string[]>, single: Values<string>): Map<string, readonly string[]> => {
  const values = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(single ?? {})) if (value !== undefined) values.set(name, [value]);
  for (const [name, several] of Object.entries(multiple ?? {})) if (several !== undefined) values.set(name, several);
  return values;
};

/** In lower case and with what is repeated joined by commas, as format 2.0 has them. */
const headersOf = ({ multiValueHeaders, headers }: RestEvent): Record<string, string> => {
  const joined = new Map<string, string>();
  for (const [name, values] of allValues(multiValueHeaders, headers)) {
    const lower = name.toLowerCase();
    const before = joined.get(lower);
    joined.set(lower, [...(before === undefined ? [] : [before]), ...values].join(','));
  }
  return Object.fromEntries(joined);
};

/** Encoded again, since format 1.0 has decoded values only; what was repeated still is. */
const queryOf = ({ multiValueQueryStringParameters, queryStringParameters }: RestEvent): string => {
  const pairs: string[] = [];
  // A lone surrogate has no encoding; as U+FFFD it is refused like any other value that is wrong.
  const encode = (text: string): string => encodeURIComponent(text.toWellFormed());
  for (const [name, values] of allValues(multiValueQueryStringParameters, queryStringParameters)) {
    for (const value of values) pairs.push(`${encode(name)}=${encode(value)}`);
  }
  return pairs.join('&');
};

/**
 * Payload format 1.0 as a request. `requestContext.authorizer` is left out: a REST API of ours has none, and
 * serverless-offline and custom authorisers put there what nobody checked.
 */
export const requestOfRestEvent = (event: RestEvent): HttpRequest => {
  const { resource, httpMethod, path, pathParameters, requestContext, body, isBase64Encoded = false } = event;
  const routeKey = `${httpMethod} ${resource}`;
  const isRouted = isRouteKey(routeKey);
  const decode = event.version === undefined ? restParameters : httpApiParameters;
  return refusing(
    {
      routeKey: isRouted ? routeKey : '$default',
      rawPath: path,
      rawQueryString: queryOf(event),
      headers: headersOf(event),
      requestContext: {
        requestId: requestContext.requestId,
        http: { method: httpMethod, path, sourceIp: requestContext.identity.sourceIp },
      },
      body: body ?? undefined,
      isBase64Encoded,
    },
    () => (isRouted ? decode(pathParameters, path) : {}),
  );
};
