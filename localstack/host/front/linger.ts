import type { IncomingMessage, ServerResponse } from 'node:http';

/** Long enough for a client on a slow line to look at the answer, short enough to hold a socket for. */
const lingerMs = 2_000;

/**
 * Ends a response that was given before its request was over, once the client stops sending or after two seconds.
 * Closing at once would reset the connection, and with it throw away the answer that the client has not read yet.
 */
export const lingerThenEnd = (request: IncomingMessage, response: ServerResponse): void => {
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingerMs);
  timer.unref();
  request.once('end', end);
  request.once('close', end);
};
