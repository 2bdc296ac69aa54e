import { setTimeout as after } from 'node:timers/promises';
import type { AcceptedBatch } from '../../e2e/api/events.ts';
import { ask, count, type Statuses } from './ask.ts';
import type { SentEvent, SentEvents } from './sent-events.ts';

const eventsPerRequest = 20;
/** Requests of one writer that are under way at a time. */
const lanes = 2;
/** Between two requests of a lane: 80 events/s a lane, so that two writers leave two processors some room. */
const paceMs = 250;
const timeoutMs = 5_000;

export interface WriterOptions {
  readonly events: SentEvents;
  /** Where to send events: the first for as long as it answers, as a client that knows of another host does. */
  readonly targets: readonly [string, ...string[]];
  readonly headers: Readonly<Record<string, string>>;
}

/** A client that sends until it is told to stop, and sends again, to whoever answers, what got no 202. */
export interface Writer {
  readonly statuses: Readonly<Statuses>;
  /** The longest time from the first try of a request to its 202. */
  readonly longestMs: number;
  /** Resolves when everything that was begun got a 202. */
  stop(): Promise<void>;
}

export const startWriter = ({ events, targets, headers }: WriterOptions): Writer => {
  const statuses: Statuses = {};
  let longestMs = 0;
  let stopping = false;

  const post = async (target: string, batch: readonly SentEvent[]): Promise<readonly SentEvent[]> => {
    const answer = await ask({
      url: `${target}/events`,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-ndjson' },
      body: batch.map(({ line }) => line).join('\n'),
      timeoutMs,
    });
    count(statuses, answer);
    if (answer?.status !== 202) return batch;
    const accepted = new Set((JSON.parse(answer.text) as AcceptedBatch).event_ids);
    for (const eventId of accepted) if (eventId !== null) events.accept(eventId);
    return batch.filter(({ eventId }) => !accepted.has(eventId));
  };

  const deliver = async (batch: readonly SentEvent[]): Promise<void> => {
    const startMs = performance.now();
    let left = batch;
    for (let attempt = 0; ; attempt++) {
      left = await post(targets[attempt % targets.length] ?? targets[0], left);
      if (left.length === 0) break;
      await after(paceMs);
    }
    longestMs = Math.max(longestMs, performance.now() - startMs);
  };

  const lane = async (): Promise<void> => {
    while (!stopping) {
      await deliver(events.next(eventsPerRequest));
      await after(paceMs);
    }
  };

  const running = Promise.all(Array.from({ length: lanes }, lane));
  return {
    statuses,
    get longestMs() {
      return longestMs;
    },
    stop: async () => {
      stopping = true;
      await running;
    },
  };
};
