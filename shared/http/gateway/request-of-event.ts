import { UnknownEvent } from '../../domain/errors.ts';
import type { HttpRequest } from '../request.ts';
import { type HttpApiEvent, requestOfHttpApiEvent } from './http-api-event.ts';
import { type RestEvent, requestOfRestEvent } from './rest-event.ts';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasText = (record: Readonly<Record<string, unknown>>, ...names: readonly string[]): boolean =>
  names.every((name) => typeof record[name] === 'string');

/** The members that every request needs; the others may be null or absent. */
const isRestEvent = (event: unknown): event is RestEvent => {
  if (!isRecord(event) || !hasText(event, 'resource', 'path', 'httpMethod')) return false;
  const { requestContext } = event;
  if (!isRecord(requestContext) || !hasText(requestContext, 'requestId')) return false;
  return isRecord(requestContext.identity) && hasText(requestContext.identity, 'sourceIp');
};

const isHttpApiEvent = (event: unknown): event is HttpApiEvent => {
  if (!isRecord(event) || !hasText(event, 'routeKey', 'rawPath') || !isRecord(event.headers)) return false;
  const { requestContext } = event;
  if (!isRecord(requestContext) || !hasText(requestContext, 'requestId')) return false;
  return isRecord(requestContext.http) && hasText(requestContext.http, 'method', 'sourceIp');
};

/**
 * The request in an event of API Gateway, whichever payload format it has; our own hosts send format 2.0.
 * @throws UnknownEvent for anything else, such as a load balancer's event or the console's test event.
 */
export const requestOfEvent = (event: unknown): HttpRequest => {
  if (isHttpApiEvent(event)) return requestOfHttpApiEvent(event);
  if (isRestEvent(event)) return requestOfRestEvent(event);
  const members = isRecord(event) ? Object.keys(event).slice(0, 20).join(', ') : typeof event;
  throw new UnknownEvent(
    `The function was invoked with neither of API Gateway's payload formats 1.0 and 2.0, but with: ${members}. ` +
      'Call it through the API that serverless.yml deploys.',
  );
};
