import { createHandler as createQuarantine } from '../../../functions/quarantine.ts';
import type { Config } from '../../../shared/config.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { type Invoke, type Poller, type PollerOptions, startPoller } from '../../../shared/queue/poller/poller.ts';
import { openSqsQueue } from '../../../shared/queue/sqs/open.ts';
import type { Logger } from '../../../shared/telemetry/log.ts';
import { registry } from '../../../shared/telemetry/metrics.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { createEnvironmentPool } from '../environment/pool.ts';
import { type MetricSnapshot, snapshotOf } from '../metrics-snapshot.ts';
import { eventSourceOf } from './event-source.ts';
import { type FunctionTimer, startFunctionTimer } from './function-timer.ts';
import { hasMore, retainRequest } from './retain-request.ts';

/**
 * A batch that takes longer is given up and its thread replaced; its messages come back. Generous, since a share that
 * stalls for minutes is usual on a NAS and starting over would stall again.
 */
const persistTimeoutMs = 300_000;

/** Letters are rare, and each is a file of its own: a small batch loses nothing. */
const deadMessagesPerBatch = 10;

export interface Consumer {
  /** One snapshot a thread. */
  metrics(): Promise<readonly MetricSnapshot[]>;
  /**
   * Takes no more messages, finishes the running batches, and lets go of everything.
   * @returns false when a thread is left that is stuck in a call of the system, and with it the process: it can't exit.
   */
  stop(): Promise<boolean>;
}

/** Where a consumer's queues are. */
export interface QueueUrls {
  readonly events: string;
  readonly deadLetters: string;
}

type BatchSizes = Pick<PollerOptions, 'batchSize' | 'batchWindowMs' | 'maximumConcurrency'>;

/** Polls the queues of `urls` and has `functions/persist` and `functions/quarantine` work on what comes, as Lambda would. */
export const consume = (config: Config, urls: QueueUrls, logger: Logger): Consumer => {
  const events = openSqsQueue({ queueUrl: urls.events });
  const deadLetters = openSqsQueue({ queueUrl: urls.deadLetters });
  const environments = createEnvironmentPool(config.persistConcurrency, {
    moduleUrl: new URL('./write-functions.ts', import.meta.url).href,
    functionName: 'persist',
    timeoutMs: persistTimeoutMs,
    logger,
  });
  const poll = (queue: typeof events, queueUrl: string, invoke: Invoke, sizes: BatchSizes): Poller =>
    startPoller({
      queue,
      invoke,
      source: eventSourceOf(queueUrl),
      clock: systemClock,
      logger,
      ...sizes,
      visibilityTimeoutSeconds: config.visibilityTimeoutSeconds,
      // A store that is back should not have to wait for a whole visibility timeout.
      retryDelay: 'growing',
    });
  const timers: FunctionTimer[] = [
    startFunctionTimer(() => environments.invokeFirst({}), {
      intervalMs: config.sealIntervalMs,
      clock: systemClock,
      logger,
      failure: 'events could not be sealed; they stay readable, and it is tried again',
    }),
  ];
  if (config.retainIntervalMs > 0) {
    const retainAll = async (stopping: AbortSignal): Promise<void> => {
      while (!stopping.aborted && hasMore(await environments.invokeFirst(retainRequest)));
    };
    timers.push(
      startFunctionTimer(retainAll, {
        intervalMs: config.retainIntervalMs,
        clock: systemClock,
        logger,
        failure: 'days whose retention is over could not be dropped; it is tried again',
      }),
    );
  }
  const pollers = [
    poll(events, urls.events, environments.invoke, {
      batchSize: config.batchSize,
      batchWindowMs: config.batchWindowMs,
      maximumConcurrency: config.persistConcurrency,
    }),
    // In this thread: it waits for the disk and never computes, and another thread would take 15 MB to do so.
    poll(
      deadLetters,
      urls.deadLetters,
      createQuarantine(createWiring(config, { queue: events, logger }).quarantine()),
      {
        batchSize: deadMessagesPerBatch,
        batchWindowMs: 0,
        maximumConcurrency: 1,
      },
    ),
  ];
  return {
    metrics: () => Promise.all([snapshotOf(registry), ...environments.metrics()]),
    stop: async () => {
      await Promise.all([...pollers, ...timers].map((each) => each.stop()));
      const ended = await environments.close();
      await Promise.all([events.close(), deadLetters.close()]);
      return ended;
    },
  };
};
