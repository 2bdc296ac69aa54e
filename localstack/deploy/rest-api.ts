import { type HttpApiRoute, httpApiRoute } from './http-api-route.ts';
import { type FunctionEvent, functionsOf, type Service } from './serverless.ts';

/** Everything that no other resource of a REST API takes; the root is not part of `{proxy+}`. */
const everyPath = ['/', '/{proxy+}'];

const restEvents = ({ method, path }: HttpApiRoute): readonly FunctionEvent[] =>
  (path === '*' ? everyPath : [path]).map((each) => ({
    http: { method: method === '*' ? 'any' : method.toLowerCase(), path: each },
  }));

/**
 * Turns the HTTP API of serverless.yml into a REST API with the same routes, for emulators that have no HTTP APIs.
 * A body of any media type is handed over as base64: as text, bytes that are no UTF-8 would be replaced unseen.
 */
export const toRestApi = (service: Service): void => {
  for (const definition of functionsOf(service)) {
    definition.events = definition.events.flatMap((event) => {
      const route = httpApiRoute(event);
      return route === undefined ? [event] : restEvents(route);
    });
  }
  const { provider } = service;
  delete provider.httpApi;
  provider.apiGateway = { ...provider.apiGateway, binaryMediaTypes: ['*/*'] };
  provider.endpointType = 'REGIONAL';
};
