import type { HttpHandler } from './chain.ts';

/**
 * A handler whose dependencies are chosen at its first request, from the environment; where that failed, the next
 * request tries again. Nothing is read while a module loads, so that tests and packagers can import it anywhere.
 */
export const lazyHandler = (create: () => Promise<HttpHandler>): HttpHandler => {
  let created: Promise<HttpHandler> | undefined;
  return async (request, context) => {
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
