import { StoreUnavailable } from '../../shared/domain/errors.ts';
import type { HttpHandler } from '../../shared/http/chain.ts';
import { errorType, problemAnswer } from '../../shared/http/problem.ts';
import type { HttpAnswer } from '../../shared/http/request.ts';
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

/**
 * `functions/read` and `functions/replay` in a thread of their own: reading HDF5 is synchronous, and the front must never stall.
 * A thread that hangs or ends costs the requests that were in it a 503, and is replaced.
 */
export const createStoreThread = (
  variables: Variables,
  logger: Logger,
  failed: (errorType: string) => void,
): StoreThread => {
  const environment = createEnvironment({
    moduleUrl: new URL('./store-functions.ts', import.meta.url).href,
    functionName: 'store',
    timeoutMs: requestTimeoutMs,
    variables,
    logger,
  });
  return {
    environment,
    sealedCount: async () => Number(await environment.invoke(sealedCountRequest)),
    handler: async (request) => {
      try {
        const answer = await environment.invoke(request);
        if (isAnswer(answer)) return answer;
        throw new TypeError('the function answered with something else than an HTTP answer');
      } catch (cause) {
        logger.error('a request to the store failed', { route: request.routeKey, error: cause });
        const error = new StoreUnavailable('The store cannot be read for now: send the request again later.', {
          cause,
        });
        failed(errorType(error));
        return problemAnswer(error, request.requestContext.requestId);
      }
    },
  };
};
