import type { Config } from '../../../shared/config.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { startPoller } from '../../../shared/queue/poller/poller.ts';
import { openSqsQueue } from '../../../shared/queue/sqs/open.ts';
import type { Logger } from '../../../shared/telemetry/log.ts';
import { registry } from '../../../shared/telemetry/metrics.ts';
import { createEnvironmentPool } from '../environment/pool.ts';
import { type MetricSnapshot, snapshotOf } from '../metrics-snapshot.ts';
import { eventSourceOf } from './event-source.ts';

/**
 * A batch that takes longer is given up and its thread replaced; its messages come back. Generous, since a share that
 * stalls for minutes is usual on a NAS and starting over would stall again.
 */
const persistTimeoutMs = 300_000;

export interface Consumer {
  /** One snapshot a thread. */
  metrics(): Promise<readonly MetricSnapshot[]>;
  /** Takes no more messages, finishes the running batches, and lets go of everything. */
  stop(): Promise<void>;
}

/** Polls the queue of `config` and has `functions/persist` store what comes, as Lambda would. */
export const consume = (config: Config, queueUrl: string, logger: Logger): Consumer => {
  const queue = openSqsQueue({ queueUrl });
  const environments = createEnvironmentPool(config.persistConcurrency, {
    moduleUrl: new URL('../../../functions/persist.ts', import.meta.url).href,
    functionName: 'persist',
    timeoutMs: persistTimeoutMs,
    logger,
  });
  const poller = startPoller({
    queue,
    invoke: environments.invoke,
    source: eventSourceOf(queueUrl),
    clock: systemClock,
    logger,
    batchSize: config.batchSize,
    batchWindowMs: config.batchWindowMs,
    maximumConcurrency: config.persistConcurrency,
    visibilityTimeoutSeconds: config.visibilityTimeoutSeconds,
    // A store that is back should not wait for a whole visibility timeout.
    retryDelay: 'growing',
  });
  return {
    metrics: () => Promise.all([snapshotOf(registry), ...environments.metrics()]),
    stop: async () => {
      await poller.stop();
      await environments.close();
      await queue.close();
    },
  };
};
