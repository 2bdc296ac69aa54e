import type { ReceivedMessage } from '../port.ts';
import { createHealth } from './health.ts';
import { type HeldBatch, holdBatch } from './held-batch.ts';
import {
  checkOptions,
  lambdaPayloadBytes,
  longPollSeconds,
  messagesPerReceive,
  type PollerOptions,
} from './options.ts';
import { runBatch } from './run-batch.ts';
import { createSlots } from './slots.ts';

export type { Invoke, PollerOptions, RetryDelay } from './options.ts';
export type { EventSource } from './sqs-event.ts';

/** While a batch waits for its window or for a free slot, the queue is looked at this often. */
const lookMs = 250;

export interface Poller {
  /**
   * Takes nothing more, gives back what no function has seen, and resolves when the running batches are finished and
   * acknowledged. Calling it again returns the same promise.
   */
  stop(): Promise<void>;
}

/**
 * Polls a queue and invokes a function, as Lambda's SQS event source mapping does. One batch is gathered while others
 * run; it grows until it is full, or its window is over and a slot is free.
 * @throws RangeError when an option is out of its range
 */
export const startPoller = (options: PollerOptions): Poller => {
  checkOptions(options);
  const { queue, clock, logger, batchWindowMs, maximumConcurrency, visibilityTimeoutSeconds } = options;
  const payloadBytes = options.payloadBytes ?? lambdaPayloadBytes;
  const stopping = new AbortController();
  const functionHealth = createHealth();
  const queueHealth = createHealth();
  const slots = createSlots();
  /** Batches of what was received and did not fit the one before. */
  const waiting: HeldBatch[] = [];

  const isStopping = (): boolean => stopping.signal.aborted;
  const isProbing = (): boolean => functionHealth.isProbing() || queueHealth.isProbing();
  const isSlotFree = (): boolean => slots.isFree(functionHealth.isProbing() ? 1 : maximumConcurrency);

  const receive = async (room: number, waitTimeSeconds: number): Promise<readonly ReceivedMessage[]> => {
    try {
      const messages = await queue.receive({
        maxMessages: Math.min(room, messagesPerReceive),
        waitTimeSeconds,
        visibilityTimeoutSeconds,
        signal: stopping.signal,
      });
      queueHealth.succeeded();
      return messages;
    } catch (error) {
      if (isStopping()) return [];
      queueHealth.failed();
      logger.warn('the queue could not be received from', { error, duration_ms: queueHealth.pauseMs() });
      return [];
    }
  };

  /** Sleeps until `ms` have passed, a running batch ended or the poller stops. */
  const waitForSlot = async (ms: number): Promise<void> => {
    const waking = new AbortController();
    const signal = AbortSignal.any([waking.signal, stopping.signal]);
    await Promise.race([clock.sleep(ms, signal), slots.ended()]);
    waking.abort();
  };

  /** Adds to a batch; what does not fit begins the next ones at once, so that it is kept invisible too. */
  const addTo = (batch: HeldBatch, messages: readonly ReceivedMessage[]): void => {
    let rest = batch.add(messages);
    while (rest.length > 0) {
      const next = holdBatch({ ...options, payloadBytes });
      rest = next.add(rest);
      waiting.push(next);
    }
  };

  /** Takes what is there now, as far as it fits; says whether the batch is full. */
  const fill = async (batch: HeldBatch): Promise<boolean> => {
    for (let room = batch.room(); room > 0; room = batch.room()) {
      const received = await receive(room, 0);
      addTo(batch, received);
      if (received.length < room || isStopping()) return false;
    }
    return true;
  };

  /** Lets a batch that has its first messages grow. */
  const grow = async (batch: HeldBatch): Promise<void> => {
    while (!isStopping() && !isProbing() && !(await fill(batch))) {
      const windowLeftMs = batch.sinceMs + batchWindowMs - clock.monotonicMs();
      if (windowLeftMs > 0) await clock.sleep(Math.min(windowLeftMs, lookMs), stopping.signal);
      else if (isSlotFree()) return;
      else await waitForSlot(lookMs);
    }
  };

  const begin = async (): Promise<HeldBatch> => {
    const received = await receive(options.batchSize, longPollSeconds);
    const batch = holdBatch({ ...options, payloadBytes });
    addTo(batch, received);
    return batch;
  };

  const gather = async (): Promise<HeldBatch> => {
    const batch = waiting.shift() ?? (await begin());
    // A batch with others behind it is as full as it can be.
    if (batch.messages.length > 0 && waiting.length === 0) await grow(batch);
    return batch;
  };

  const run = async (batch: HeldBatch): Promise<void> => {
    const { failedWhole } = await runBatch(batch.messages, options, batch.release);
    if (failedWhole) functionHealth.failed();
    else functionHealth.succeeded();
  };

  const giveBack = async (batch: HeldBatch): Promise<void> => {
    batch.release();
    const handles = batch.messages.map(({ receiptHandle }) => receiptHandle);
    if (handles.length === 0) return;
    try {
      await queue.changeVisibility(handles, 0);
    } catch (error) {
      logger.warn('messages that no function has seen come back later', { error, messages: handles.length });
    }
  };

  const waitForTurn = async (): Promise<void> => {
    while (!isStopping() && !isSlotFree()) await waitForSlot(lookMs);
  };

  /** In bad health: one batch at a time, and a pause before each. */
  const recover = async (): Promise<void> => {
    await waitForTurn();
    await clock.sleep(Math.max(functionHealth.pauseMs(), queueHealth.pauseMs()), stopping.signal);
  };

  const poll = async (): Promise<void> => {
    while (!isStopping()) {
      if (isProbing()) await recover();
      const batch = await gather();
      if (batch.messages.length > 0) await waitForTurn();
      if (batch.messages.length === 0 || isStopping()) await giveBack(batch);
      else slots.run(() => run(batch));
    }
    await Promise.all(waiting.map(giveBack));
    await slots.allEnded();
  };

  const polling = poll();
  return {
    stop: () => {
      stopping.abort();
      return polling;
    },
  };
};
