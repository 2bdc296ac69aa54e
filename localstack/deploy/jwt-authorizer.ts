import { httpApiRoute } from './http-api-route.ts';
import { functionsOf, type Service } from './serverless.ts';
import type { DeploySettings } from './settings.ts';

const authorizerName = 'jwt';

/** Puts the JWT authoriser of an HTTP API before every route. */
export const authorizeRoutes = (
  service: Service,
  { jwtIssuer, jwtAudience }: Pick<DeploySettings, 'jwtIssuer' | 'jwtAudience'>,
): void => {
  service.provider.httpApi = {
    ...service.provider.httpApi,
    authorizers: {
      [authorizerName]: {
        type: 'jwt',
        identitySource: '$request.header.Authorization',
        issuerUrl: jwtIssuer,
        audience: jwtAudience.split(',').map((audience) => audience.trim()),
      },
    },
  };
  for (const definition of functionsOf(service)) {
    definition.events = definition.events.map((event) => {
      const route = httpApiRoute(event);
      return route === undefined ? event : { httpApi: { ...route, authorizer: { name: authorizerName } } };
    });
  }
};
