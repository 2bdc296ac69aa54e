import { randomUUID } from 'node:crypto';
import type { Config } from '../../shared/config.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { systemClock } from '../../shared/ports/clock.ts';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { removeStaleTemporaries } from '../../shared/store/publish.ts';
import type { Logger } from '../../shared/telemetry/log.ts';
import { eventsFailed, registry } from '../../shared/telemetry/metrics.ts';
import { createWiring } from '../../shared/wiring.ts';
import { startConsumer } from './consumer/child.ts';
import { createDispatch } from './dispatch.ts';
import type { Variables } from './environment/environment.ts';
import { openFront } from './front/front.ts';
import { createFunctions } from './functions.ts';
import { requireLoopbackWithoutKeys } from './loopback-only.ts';
import { renderMetrics, snapshotOf } from './metrics-snapshot.ts';
import { openQueues } from './queues.ts';
import { createStoreThread } from './store-thread.ts';
import { GrowthWatch } from './streams/growth-watch.ts';
import { createStreams } from './streams/streams.ts';
import { requireSuitableStore } from './suitable-store.ts';

export interface HostOptions {
  readonly config: Config;
  /** The environment variables that `config` was read from: the host's threads and child processes read it again. */
  readonly variables: Variables;
  readonly logger: Logger;
}

export interface Host {
  /** Where the API is. */
  readonly url: string;
  readonly needsKey: boolean;
  /**
   * No new requests, packs flushed, batches finished, queue closed.
   * @returns false when something was not finished within `FI_DRAIN_TIMEOUT_MS`; nothing that got a 202 is lost by that.
   */
  drain(): Promise<boolean>;
  /** Whether calls to the store do not return: a process with such calls under way can't exit. Takes a second at most. */
  isStuck(): Promise<boolean>;
}

/** A file system that works tells its free space much sooner. */
const stuckAfterMs = 1_000;

/** Waits for `work`, but not beyond the deadline. @returns whether it was in time */
const inTime = async (work: Promise<unknown>, leftMs: number): Promise<boolean> => {
  const waiting = new AbortController();
  const done = await Promise.race([work.then(() => true), systemClock.sleep(leftMs, waiting.signal).then(() => false)]);
  waiting.abort();
  return done;
};

/**
 * Starts everything that `npm start` runs. What was started is stopped again when a later step fails.
 * @throws InvalidSetting, StoreUnsuitable, the queue's errors, or the system's when a port cannot be had.
 */
export const startHost = async ({ config, variables, logger }: HostOptions): Promise<Host> => {
  const failed = (errorType: string): void => eventsFailed.inc({ error_type: errorType });
  /** Set when the host was told to end. */
  let drainDeadlineMs: number | undefined;
  let everythingInTime = true;
  /** Set when a thread is stuck. */
  let leftBehind = false;
  const drainLeftMs = (): number =>
    Math.max(0, (drainDeadlineMs ?? systemClock.monotonicMs() + config.drainTimeoutMs) - systemClock.monotonicMs());
  const mustBeInTime = async (work: Promise<unknown>): Promise<void> => {
    if (!(await inTime(work, drainLeftMs()))) everythingInTime = false;
  };

  await requireSuitableStore(config.storeDir, logger);
  // Stopped in the reverse order of their start.
  await using starting = new AsyncDisposableStack();
  const queues = await openQueues(config, logger);
  starting.defer(() => queues.close());

  const wiring = createWiring(config, {
    queue: queues.events,
    deadLetterQueue: queues.deadLetters,
    logger,
    metricsText: async () =>
      renderMetrics([
        await snapshotOf(registry),
        await storeThread.environment.metrics(),
        ...(await consumer.metrics()),
      ]),
  });
  // Read now: a policy or keys file that is wrong stops the start.
  wiring.policy();
  const { keys } = wiring.chain();
  await requireLoopbackWithoutKeys(config.httpHost, keys.required());

  /** What threads and processes need to find the same queues. */
  const everywhere: Variables = { ...variables, ...queues.environment };
  const consumer = startConsumer({ variables: everywhere, logger });
  starting.defer(async () => {
    if (!(await consumer.stop(drainLeftMs()))) everythingInTime = false;
  });

  const storeThread = createStoreThread({
    variables: everywhere,
    logger,
    failed,
    storeAway: wiring.backpressure().storeAway,
  });
  starting.defer(async () => {
    leftBehind = !(await storeThread.environment.close());
  });

  const sampling = wiring.backpressure().start();
  starting.defer(() => sampling.stop());
  // In the background: the folder may be a share that takes its time.
  void removeStaleTemporaries(nodeStoreFiles, config.storeDir, `start-${randomUUID()}`);

  const streams = createStreams({
    most: config.streams,
    heartbeatMs: config.streamHeartbeatMs,
    watch: new GrowthWatch({
      sealedCount: storeThread.sealedCount,
      intervalMs: config.streamPollMs,
      clock: systemClock,
      logger,
    }),
    clock: systemClock,
  });
  const functions = await createFunctions(wiring, storeThread.handler);
  const front = await openFront({
    host: config.httpHost,
    port: config.httpPort,
    maxBodyBytes: config.maxBodyBytes,
    requestTimeoutMs: config.requestTimeoutMs,
    dispatch: createDispatch({
      functions: {
        ...functions,
        read: (request: HttpRequest) => streams.answer(request, functions.read),
      },
      isDraining: () => drainDeadlineMs !== undefined,
      failed,
      logger,
    }),
    failed,
  });
  starting.defer(async () => {
    streams.end();
    await mustBeInTime(front.drain());
    await mustBeInTime(wiring.enqueue().drain());
    await front.close();
  });

  const running = starting.move();
  return {
    url: front.url,
    needsKey: keys.required(),
    drain: async () => {
      drainDeadlineMs = systemClock.monotonicMs() + config.drainTimeoutMs;
      await running.disposeAsync();
      return everythingInTime;
    },
    isStuck: async () =>
      leftBehind ||
      !(await inTime(
        nodeStoreFiles.freeBytes(config.storeDir).catch(() => 0),
        stuckAfterMs,
      )),
  };
};
