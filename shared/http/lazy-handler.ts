import type { Context } from 'aws-lambda';
import { onceMade } from '../once-made.ts';
import type { HttpHandler } from './chain.ts';
import { requestOfEvent } from './gateway/request-of-event.ts';
import type { HttpAnswer } from './request.ts';

/** What Lambda and hosts that stand in for it invoke. Rejects what is no event of a gateway. */
export type GatewayHandler = (event: unknown, context?: Partial<Context>) => Promise<HttpAnswer>;

/**
 * A handler for the events of gateways, whose dependencies are chosen at its first request, from the environment.
 */
export const lazyHandler = (create: () => Promise<HttpHandler>): GatewayHandler => {
  const created = onceMade(create);
  return async (event, context) => {
    const request = requestOfEvent(event);
    const handler = await created();
    return handler(request, context);
  };
};
