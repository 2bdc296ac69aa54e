import { StoreUnavailable } from '../../shared/domain/errors.ts';
import type { HttpHandler } from '../../shared/http/chain.ts';
import { errorType, problemAnswer } from '../../shared/http/problem.ts';
import type { HttpAnswer } from '../../shared/http/request.ts';
import type { Logger } from '../../shared/telemetry/log.ts';
import { createEnvironment, type Environment, type Variables } from './environment/environment.ts';

/** A read that takes longer is taken for stuck: a store that hangs must not hold every later read too. */
const readTimeoutMs = 30_000;

const isAnswer = (value: unknown): value is HttpAnswer =>
  typeof value === 'object' && value !== null && 'statusCode' in value && 'body' in value;

export interface ReadThread {
  readonly handler: HttpHandler;
  readonly environment: Environment;
}

/**
 * `functions/read` in a thread of its own: reading HDF5 is synchronous, and the front must never stall.
 * A thread that hangs or ends costs the reads that were in it a 503, and is replaced.
 */
export const createReadThread = (
  variables: Variables,
  logger: Logger,
  failed: (errorType: string) => void,
): ReadThread => {
  const environment = createEnvironment({
    moduleUrl: new URL('../../functions/read.ts', import.meta.url).href,
    functionName: 'read',
    timeoutMs: readTimeoutMs,
    variables,
    logger,
  });
  return {
    environment,
    handler: async (request) => {
      try {
        const answer = await environment.invoke(request);
        if (isAnswer(answer)) return answer;
        throw new TypeError('functions/read answered with something else than an HTTP answer');
      } catch (cause) {
        logger.error('a read failed', { route: request.routeKey, error: cause });
        const error = new StoreUnavailable('The store cannot be read for now: send the request again later.', {
          cause,
        });
        failed(errorType(error));
        return problemAnswer(error, request.requestContext.requestId);
      }
    },
  };
};
