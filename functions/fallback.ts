import { RouteNotFound } from '../shared/domain/errors.ts';
import { type ChainDependencies, type HttpHandler, openChain } from '../shared/http/chain.ts';
import { type GatewayHandler, lazyHandler } from '../shared/http/lazy-handler.ts';
import { matchRoute } from '../shared/http/match.ts';
import { chainDependencies } from '../shared/wiring.ts';

/** Whatever no route matched: 404, 405 with what is allowed, or 400 for a percent-escape that is none. */
export const createHandler = (dependencies: ChainDependencies): HttpHandler =>
  openChain(({ requestContext, rawPath }) => {
    matchRoute(requestContext.http.method, rawPath);
    // A gateway that decodes paths may see no route where there is one, e.g. for a slash that was escaped.
    throw new RouteNotFound(`There is no route ${rawPath.slice(0, 200)}.`);
  }, dependencies);

/** What Lambda and serverless-offline run. */
export const handler: GatewayHandler = lazyHandler(async () => createHandler(await chainDependencies()));
