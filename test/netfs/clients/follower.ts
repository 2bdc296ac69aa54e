import { setTimeout as after } from 'node:timers/promises';
import { ask, count, type Statuses } from './ask.ts';
import { openStream } from './open-stream.ts';
import type { SentEvents } from './sent-events.ts';

const pageEvents = 500;
const pauseMs = 100;
const timeoutMs = 10_000;

export interface FollowerOptions {
  readonly events: SentEvents;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A consumer that wants every event once, in order, and comes again with its cursor whatever happens. */
export interface Follower {
  /** What it asks for. */
  readonly name: string;
  /** Ids by position. */
  readonly ids: readonly string[];
  readonly statuses: Readonly<Statuses>;
  /** The longest time between two events. */
  readonly longestMs: number;
  /** What it saw that must not be: a position skipped or repeated, another payload, an answer that is no page and no 503. */
  readonly failure: unknown;
  stop(): Promise<void>;
}

/** Takes events in the order of positions. */
class Sequence {
  readonly ids: string[] = [];
  longestMs = 0;
  readonly #events: SentEvents;
  #lastMs = performance.now();

  constructor(events: SentEvents) {
    this.#events = events;
  }

  /** @throws Error unless the event has the next position and is as it was sent. */
  take(text: string): void {
    const { event_id, position, sealed } = this.#events.check(text);
    if (!sealed || position !== this.ids.length) {
      throw new Error(`${event_id} came with position ${position}, and ${this.ids.length} was to come`);
    }
    this.ids.push(event_id);
    const nowMs = performance.now();
    this.longestMs = Math.max(this.longestMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }
}

/** Takes what there is behind a cursor. @returns the cursor to go on from */
type Step = (sequence: Sequence, cursor: string, statuses: Statuses, signal: AbortSignal) => Promise<string>;

/** @throws Error when the answer is neither a page nor a request to come again. */
const requireHonest = (status: number, text: string): void => {
  if (status !== 200 && status !== 503) throw new Error(`a reader was answered ${status}: ${text}`);
};

const start = (name: string, events: SentEvents, step: Step): Follower => {
  const sequence = new Sequence(events);
  const statuses: Statuses = {};
  const stopping = new AbortController();
  let failure: unknown;
  const follow = async (): Promise<void> => {
    let cursor = '';
    while (!stopping.signal.aborted) {
      cursor = await step(sequence, cursor, statuses, stopping.signal);
      await after(pauseMs);
    }
  };
  const running = follow().catch((error: unknown) => {
    failure = error;
  });
  return {
    name,
    ids: sequence.ids,
    statuses,
    get longestMs() {
      return sequence.longestMs;
    },
    get failure() {
      return failure;
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};

/** Asks for page after page of `GET /events`. */
export const followPages = ({ events, target, headers }: FollowerOptions): Follower =>
  start(`pages of ${target}`, events, async (sequence, cursor, statuses) => {
    const url = `${target}/events?limit=${pageEvents}${cursor === '' ? '' : `&after=${cursor}`}`;
    const answer = await ask({ url, headers: { ...headers, accept: 'application/x-ndjson' }, timeoutMs });
    count(statuses, answer);
    if (answer === undefined) return cursor;
    requireHonest(answer.status, answer.text);
    if (answer.status === 503) return cursor;
    for (const line of answer.text.split('\n')) if (line !== '') sequence.take(line);
    return answer.headers.get('fi-next') ?? cursor;
  });

/** Listens to the stream of `GET /events`, and comes again with the last id that it saw whenever the stream ends. */
export const followStream = ({ events, target, headers }: FollowerOptions): Follower =>
  start(`stream of ${target}`, events, async (sequence, from, statuses, signal) => {
    let cursor = from;
    const again: Record<string, string> = cursor === '' ? {} : { 'last-event-id': cursor };
    const stream = await openStream(`${target}/events`, { ...headers, ...again }, signal);
    const status = stream === undefined ? 'none' : String(stream.status);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (stream === undefined) return cursor;
    requireHonest(stream.status, await stream.problem());
    for await (const { id, data } of stream.messages()) {
      if (data !== undefined) sequence.take(data);
      cursor = id ?? cursor;
    }
    return cursor;
  });
