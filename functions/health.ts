import { QueueUnavailable, StoreUnavailable } from '../shared/domain/errors.ts';
import { type ChainDependencies, chain, type HttpHandler } from '../shared/http/chain.ts';
import { type GatewayHandler, lazyHandler } from '../shared/http/lazy-handler.ts';
import { jsonAnswer } from '../shared/http/request.ts';
import type { Clock } from '../shared/ports/clock.ts';
import { inTime } from '../shared/ports/in-time.ts';
import type { QueueGauge } from '../shared/queue/port.ts';
import type { StoreGauge } from '../shared/store/port.ts';
import { healthDependencies } from '../shared/wiring.ts';

export interface HealthDependencies extends ChainDependencies {
  readonly queue: QueueGauge;
  readonly store: Pick<StoreGauge, 'probe'>;
  readonly clock: Pick<Clock, 'after'>;
}

/** Whoever asks gives up about then: a network share that hangs is one that is gone. */
const mostMs = 5_000;

/** @throws QueueUnavailable | StoreUnavailable whatever the adapter threw, so that a probe always sees a 503. */
const checkReady = async ({ queue, store, clock }: HealthDependencies): Promise<void> => {
  const limit = { clock, timeoutMs: mostMs };
  const [ofQueue, ofStore] = await Promise.allSettled([
    inTime(queue.depth(), 'the queue', limit),
    inTime(store.probe(), 'the store', limit),
  ]);
  if (ofQueue.status === 'rejected')
    throw new QueueUnavailable('The queue cannot be reached.', { cause: ofQueue.reason });
  if (ofStore.status === 'rejected')
    throw new StoreUnavailable('The store cannot be written.', { cause: ofStore.reason });
};

/** `GET /health/live`: the process answers. `GET /health/ready`: the queue answers and the store can be written. */
export const createHandler = (dependencies: HealthDependencies): HttpHandler =>
  chain(async (request) => {
    if (request.routeKey === 'GET /health/live') return jsonAnswer(200, { status: 'live' });
    await checkReady(dependencies);
    return jsonAnswer(200, { status: 'ready', queue: 'reachable', store: 'writable' });
  }, dependencies);

/** What Lambda and serverless-offline run. */
export const handler: GatewayHandler = lazyHandler(async () => createHandler(await healthDependencies()));
