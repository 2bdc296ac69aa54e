import { StoreUnavailable } from '../../shared/domain/errors.ts';
import type { HttpHandler } from '../../shared/http/chain.ts';
import { errorType, problemAnswer } from '../../shared/http/problem.ts';
import type { HttpAnswer, HttpRequest } from '../../shared/http/request.ts';
import type { Logger } from '../../shared/telemetry/log.ts';
import { createEnvironment, type Environment, type Variables } from './environment/environment.ts';
import { sealedCountRequest } from './streams/sealed-count.ts';

/** What takes longer is taken for stuck: a store that hangs must not hold every later read too. */
const requestTimeoutMs = 30_000;

const isAnswer = (value: unknown): value is HttpAnswer =>
  typeof value === 'object' && value !== null && 'statusCode' in value && 'body' in value;

export interface StoreThread {
  readonly handler: HttpHandler;
  /** How many events are sealed. @throws what ends an invocation, or StoreUnavailable */
  readonly sealedCount: () => Promise<number>;
  readonly environment: Environment;
}

export interface StoreThreadOptions {
  /** The environment variables that the thread's settings are read from. */
  readonly variables: Variables;
  readonly logger: Logger;
  readonly failed: (errorType: string) => void;
  /** Why the store can't be reached, where that is known: nobody should wait for it then. */
  readonly storeAway: () => StoreUnavailable | undefined;
}

/**
 * `functions/read` and `functions/replay` in a thread of their own: reading HDF5 is synchronous, and the front must never stall.
 * A thread that hangs or ends costs the requests that were in it a 503, and is replaced. While the store is known to be away
 * they are answered so at once.
 */
export const createStoreThread = ({ variables, logger, failed, storeAway }: StoreThreadOptions): StoreThread => {
  const environment = createEnvironment({
    moduleUrl: new URL('./store-functions.ts', import.meta.url).href,
    functionName: 'store',
    timeoutMs: requestTimeoutMs,
    variables,
    logger,
  });
  const refuse = (error: StoreUnavailable, request: HttpRequest): HttpAnswer => {
    failed(errorType(error));
    return problemAnswer(error, request.requestContext.requestId);
  };
  return {
    environment,
    sealedCount: async () => {
      const away = storeAway();
      if (away) throw new StoreUnavailable(away.message, { cause: away });
      return Number(await environment.invoke(sealedCountRequest));
    },
    handler: async (request) => {
      const away = storeAway();
      if (away) return refuse(away, request);
      try {
        const answer = await environment.invoke(request);
        if (isAnswer(answer)) return answer;
        throw new TypeError('the function answered with something else than an HTTP answer');
      } catch (cause) {
        logger.error('a request to the store failed', { route: request.routeKey, error: cause });
        const error = new StoreUnavailable('The store cannot be read for now: send the request again later.', {
          cause,
        });
        return refuse(error, request);
      }
    },
  };
};
