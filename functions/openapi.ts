import { type ChainDependencies, chain, type HttpHandler } from '../shared/http/chain.ts';
import { type GatewayHandler, lazyHandler } from '../shared/http/lazy-handler.ts';
import { openApiDocument } from '../shared/http/openapi/document.ts';
import { jsonTextAnswer } from '../shared/http/request.ts';
import { chainDependencies } from '../shared/wiring.ts';

/** `GET /openapi.json`. */
export const createHandler = (dependencies: ChainDependencies): HttpHandler => {
  const text = JSON.stringify(openApiDocument());
  return chain(() => jsonTextAnswer(200, text), dependencies);
};

/** What Lambda and serverless-offline run. */
export const handler: GatewayHandler = lazyHandler(async () => createHandler(await chainDependencies()));
