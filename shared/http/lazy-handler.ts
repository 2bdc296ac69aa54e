import type { Context } from 'aws-lambda';
import type { HttpHandler } from './chain.ts';
import { requestOfEvent } from './gateway/request-of-event.ts';
import type { HttpAnswer } from './request.ts';

/** What Lambda and hosts that stand in for it invoke. Rejects what is no event of a gateway. */
export type GatewayHandler = (event: unknown, context?: Partial<Context>) => Promise<HttpAnswer>;

/**
 * A handler for the events of gateways, whose dependencies are chosen at its first request, from the environment;
 * where that failed, the next request tries again. Nothing is read while a module loads, so that tests and packagers
 * can import it anywhere.
 */
export const lazyHandler = (create: () => Promise<HttpHandler>): GatewayHandler => {
  let created: Promise<HttpHandler> | undefined;
  return async (event, context) => {
    const request = requestOfEvent(event);
    if (created === undefined) created = create();
    const creating = created;
    let handler: HttpHandler;
    try {
      handler = await creating;
    } catch (error) {
      created = undefined;
      throw error;
    }
    return handler(request, context);
  };
};
