import { expect, it } from 'vitest';
import { createStoreThread } from '../../../localstack/host/store-thread.ts';
import { StoreUnavailable } from '../../../shared/domain/errors.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { bodyOf, gatewayEvent, type Problem } from '../functions/request.ts';

it('keeps nobody waiting for a store that is known to be away', async () => {
  const failures: string[] = [];
  const away = new StoreUnavailable('The store cannot be reached: send the request again later.');
  const thread = createStoreThread({
    variables: {},
    logger: silentLogger,
    failed: (errorType) => failures.push(errorType),
    storeAway: () => away,
  });
  const request = gatewayEvent({ method: 'GET', target: '/events' });
  const answer = await thread.handler(request, { functionName: 'read', awsRequestId: '1' });
  expect(answer.statusCode).toBe(503);
  expect(answer.headers).toHaveProperty('retry-after');
  expect(bodyOf<Problem>(answer).detail).toBe(away.message);
  expect(failures).toEqual(['StoreUnavailable']);
  await expect(thread.sealedCount()).rejects.toThrow(StoreUnavailable);
  // No thread was started for them.
  expect(thread.environment.running).toBe(0);
  expect(await thread.environment.metrics()).toEqual([]);
});
