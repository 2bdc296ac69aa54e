import type { Draw } from '../simulation/draw.ts';
import type { Thread } from '../simulation/processors.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { type NodeCosts, workUs } from './costs.ts';
import type { MessageQueue } from './message-queue.ts';

/** Between the starts of two calls to the queue, as `shared/stages/enqueue.ts` has it. */
const betweenCallsMs = 1;
/** How much later than the whole millisecond that it was set for a timer of Node's fires, in the middle: measured on an idle event loop. */
const timerLateMs = 0.35;
/** How long a pause becomes when a timer waits for its end. */
const timedMs = (pauseMs: number): number => (pauseMs > 0 ? Math.ceil(pauseMs) + timerLateMs : 0);
/** Part of a request's work that comes after the queue has confirmed it: writing the answer. */
const answerShare = 0.3;

export interface FrontOptions {
  readonly simulation: Simulation;
  readonly costs: NodeCosts;
  readonly thread: Thread;
  readonly helpers: Thread;
  readonly flushMs: Draw;
  readonly queue: MessageQueue;
  readonly packBytes: number;
}

/** The front of a host, with the queue's journal. */
export interface Front {
  /** A request came; `answered` is called when its 202 leaves. */
  accept(events: number, answered: () => void): void;
}

interface Waiting {
  readonly events: number;
  readonly answered: () => void;
}

/** One call to the queue is under way at a time; what comes meanwhile shares the next one, and its flush. */
export const createFront = (options: FrontOptions): Front => {
  const { simulation, costs, thread, helpers, flushMs, queue, packBytes } = options;
  let waiting: Waiting[] = [];
  let isFlushing = false;
  let lastFlushMs = Number.NEGATIVE_INFINITY;

  const answer = (requests: readonly Waiting[]): void => {
    for (const { events, answered } of requests) {
      thread.work(workUs(costs.front, { requests: 1, events }) * answerShare, answered);
    }
  };

  /** Packs of at most the size that is set. */
  const packsOf = (events: number): readonly number[] => {
    const mostEvents = Math.max(1, Math.floor(packBytes / costs.messageBytesPerEvent));
    const packs = Math.ceil(events / mostEvents);
    return Array.from({ length: packs }, (_, index) => Math.min(mostEvents, events - index * mostEvents));
  };

  const flush = (): void => {
    const requests = waiting;
    waiting = [];
    lastFlushMs = simulation.nowMs;
    const packs = packsOf(requests.reduce((sum, { events }) => sum + events, 0));
    const messages = { messages: packs.length };
    helpers.work(workUs(costs.frontHelpers, messages));
    thread.work(workUs(costs.front, messages), () => {
      simulation.after(flushMs(), () => {
        queue.add(packs);
        answer(requests);
        isFlushing = false;
        beginFlush();
      });
    });
  };

  const beginFlush = (): void => {
    if (isFlushing || waiting.length === 0) return;
    isFlushing = true;
    simulation.after(timedMs(lastFlushMs + betweenCallsMs - simulation.nowMs), flush);
  };

  return {
    accept: (events, answered) => {
      helpers.work(workUs(costs.frontHelpers, { requests: 1, events }));
      thread.work(workUs(costs.front, { requests: 1, events }) * (1 - answerShare), () => {
        waiting.push({ events, answered });
        beginFlush();
      });
    },
  };
};
