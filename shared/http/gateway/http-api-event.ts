import type { HttpRequest } from '../request.ts';
import { type GivenParameters, httpApiParameters } from './path-parameters.ts';
import { refusing } from './refusing.ts';

/** An event in payload format 2.0. */
export interface HttpApiEvent extends Omit<HttpRequest, 'pathParameters' | 'body' | 'refusal'> {
  /** `2.0` from gateways; our own hosts leave it out. */
  readonly version?: string;
  readonly pathParameters?: GivenParameters;
  readonly body?: string | null;
}

/** Payload format 2.0 as a request: as it is from our own hosts, with path parameters read from gateways. */
export const requestOfHttpApiEvent = (event: HttpApiEvent): HttpRequest => {
  const { pathParameters, body, ...rest } = event;
  const request = { ...rest, body: body ?? undefined };
  return event.version === undefined
    ? { ...request, pathParameters: pathParameters ?? undefined }
    : refusing(request, () => httpApiParameters(pathParameters, event.rawPath));
};
