import { lambdaPayloadBytes, messagesPerReceive } from '../../../shared/queue/poller/options.ts';
import type { Thread } from '../simulation/processors.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { type NodeCosts, workUs } from './costs.ts';
import type { MessageQueue, QueuedMessage } from './message-queue.ts';
import type { Workers } from './workers.ts';

/** A call that finds nothing, on either side. */
const emptyCallUs = 100;
/** How often the queue is looked at while a batch waits for its window or for a free worker, as `shared/queue/poller` has it. */
const lookMs = 250;

export interface PollerOptions {
  readonly simulation: Simulation;
  readonly costs: NodeCosts;
  readonly thread: Thread;
  /** Serves the poller's calls. */
  readonly frontThread: Thread;
  readonly queue: MessageQueue;
  readonly workers: Workers;
  readonly batchMessages: number;
  readonly batchWindowMs: number;
}

/** Gathers batches as `shared/queue/poller` does: one at a time, until it is full, or its window is over and a worker is free. */
export const startPoller = (options: PollerOptions): void => {
  const { simulation, costs, thread, frontThread, queue, workers, batchMessages, batchWindowMs } = options;
  const mostEvents = Math.floor(lambdaPayloadBytes / costs.messageBytesPerEvent);
  let batch: QueuedMessage[] = [];
  let events = 0;
  let sinceMs = 0;

  /** One call of up to ten messages; how many came. */
  const receive = (then: (received: number) => void): void => {
    const room = Math.min(messagesPerReceive, batchMessages - batch.length);
    frontThread.work(emptyCallUs, () => {
      const messages = queue.take(room, mostEvents - events);
      const received = messages.reduce((sum, message) => sum + message.events, 0);
      thread.work(emptyCallUs + workUs(costs.poller, { messages: messages.length, events: received }), () => {
        if (batch.length === 0) sinceMs = simulation.nowMs;
        batch.push(...messages);
        events += received;
        then(messages.length);
      });
    });
  };

  /** What waits next does not fit any more, or nothing would. */
  const isFull = (): boolean => batch.length >= batchMessages || queue.nextEvents > mostEvents - events;

  const run = (): void => {
    const whole = batch;
    const count = events;
    batch = [];
    events = 0;
    workers.whenFree(() => {
      thread.work(workUs(costs.poller, { batches: 1 }), () => {
        workers.run({ events: count, sinceMs: whole.map((message) => message.sinceMs) });
        begin();
      });
    });
  };

  const wait = (): void => {
    const leftMs = sinceMs + batchWindowMs - simulation.nowMs;
    if (leftMs > 0) simulation.after(Math.min(leftMs, lookMs), fill);
    else if (workers.isFree) run();
    else workers.afterOne(lookMs, fill);
  };

  const fill = (): void => {
    if (isFull()) run();
    else receive((received) => (received < messagesPerReceive && !isFull() ? wait() : fill()));
  };

  const begin = (): void => queue.whenAny(() => receive(fill));
  begin();
};
