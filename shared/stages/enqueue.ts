import {
  EventTooLarge,
  type HttpError,
  isHttpError,
  QueueFull,
  QueueUnavailable,
  ShuttingDown,
} from '../domain/errors.ts';
import type { AcceptedEvent } from '../domain/event.ts';
import type { Clock } from '../ports/clock.ts';
import { encodeEvent } from '../queue/packs/encode.ts';
import type { QueueSender } from '../queue/port.ts';
import { createDelivery } from './enqueue/deliver.ts';
import { PackBuilder, type RecordOwner, recordLimitBytes } from './enqueue/pack-builder.ts';
import { startPace } from './pace.ts';

export interface EnqueueOptions {
  readonly queue: QueueSender;
  readonly clock: Clock;
  /** Size at which a pack is full, UTF-8 bytes (`FI_PACK_BYTES`). */
  readonly packBytes: number;
  /**
   * Calls under way at a time, default 1: while one is written the next gathers, and two or four were no faster
   * (measured on the journal, whose flushes follow one another anyway).
   */
  readonly sendsInFlight?: number;
  /**
   * Least time from the start of one call to the start of the next, default 1 ms: what arrives meanwhile shares a message and a write to
   * the disk. Without it 6,000 events a second took 200 us of processor time each instead of 127, and four times the writes.
   */
  readonly callIntervalMs?: number;
  /** Bytes that may wait for a call, default 64 MiB: a queue that hangs must not take the process's memory. */
  readonly maxWaitingBytes?: number;
}

/** What became of an event: the id of the message that carries it, or why there is none. */
export type EnqueueOutcome = string | HttpError;

export interface Enqueue {
  /**
   * Resolves to the message id when the queue holds the event durably.
   * @throws EventTooLarge | QueueUnavailable | QueueFull | ShuttingDown | InvalidField
   */
  readonly one: (event: AcceptedEvent) => Promise<string>;
  /** The outcome of each event, in order, when the last of their packs is settled. Never throws for what a queue can do. */
  readonly many: (events: readonly AcceptedEvent[]) => Promise<readonly EnqueueOutcome[]>;
  /** Takes no new events and resolves when those taken are settled. */
  readonly drain: () => Promise<void>;
}

const httpError = (error: unknown): HttpError => {
  if (isHttpError(error)) return error;
  throw error;
};

/** Collects the outcomes of the events of one request. */
class Ticket implements RecordOwner {
  readonly outcomes: EnqueueOutcome[];
  readonly done: Promise<readonly EnqueueOutcome[]>;
  readonly #resolve: (outcomes: readonly EnqueueOutcome[]) => void;
  #open: number;

  constructor(events: number) {
    const { promise, resolve } = Promise.withResolvers<readonly EnqueueOutcome[]>();
    this.outcomes = Array.from({ length: events }, () => '');
    this.#open = events;
    this.done = promise;
    this.#resolve = resolve;
    if (events === 0) resolve(this.outcomes);
  }

  confirmed = (index: number, messageId: string): void => this.#settle(index, messageId);

  failed = (index: number, error: Error): void =>
    this.#settle(index, isHttpError(error) ? error : new QueueUnavailable(error.message, { cause: error }));

  #settle(index: number, outcome: EnqueueOutcome): void {
    this.outcomes[index] = outcome;
    if (--this.#open === 0) this.#resolve(this.outcomes);
  }
}

/**
 * ENQUEUE: requests that arrive together share packs and calls. A call goes out at once when none is under way and none was just now
 * (at the end of the event loop's turn, so that what was read from sockets in one turn shares it); else what arrives gathers.
 */
export const createEnqueue = (options: EnqueueOptions): Enqueue => {
  const {
    queue,
    clock,
    packBytes,
    sendsInFlight = 1,
    callIntervalMs = 1,
    maxWaitingBytes = 64 * 1024 * 1024,
  } = options;
  const delivery = createDelivery(queue, clock);
  const waiting = new PackBuilder(packBytes);
  let inFlight = 0;
  let lastStartMs = Number.NEGATIVE_INFINITY;
  let scheduled = false;
  let draining = false;

  const flush = (): void => {
    scheduled = false;
    while (inFlight < sendsInFlight && !waiting.isEmpty) {
      inFlight++;
      lastStartMs = clock.monotonicMs();
      void delivery.send(waiting.takeCall()).then(() => {
        inFlight--;
        schedule();
      });
    }
  };
  const schedule = (): void => {
    if (scheduled || waiting.isEmpty || inFlight >= sendsInFlight) return;
    scheduled = true;
    const pauseMs = lastStartMs + callIntervalMs - clock.monotonicMs();
    // A sleep keeps the process alive, as events that wait must.
    if (pauseMs > 0) void clock.sleep(Math.ceil(pauseMs)).then(flush);
    else setImmediate(flush);
  };

  /** @throws EventTooLarge | QueueFull | ShuttingDown */
  const add = (event: AcceptedEvent, index: number, owner: RecordOwner): void => {
    if (draining) throw new ShuttingDown('The service is going down: send the events again in a moment.');
    if (waiting.bytes > maxWaitingBytes) throw new QueueFull('More events wait for the queue than fit: slow down.');
    const record = encodeEvent(event);
    const bytes = Buffer.byteLength(record);
    if (bytes > recordLimitBytes) throw new EventTooLarge(bytes, recordLimitBytes);
    waiting.add({ record, bytes, owner, index });
    schedule();
  };

  return {
    one: (event) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      add(event, 0, { confirmed: (_, messageId) => resolve(messageId), failed: (_, error) => reject(error) });
      return promise;
    },
    many: async (events) => {
      const ticket = new Ticket(events.length);
      const pace = startPace(() => clock.monotonicMs());
      for (const [index, event] of events.entries()) {
        try {
          add(event, index, ticket);
        } catch (error) {
          ticket.failed(index, httpError(error));
        }
        if (pace.due()) await pace.rest();
      }
      return ticket.done;
    },
    drain: async () => {
      draining = true;
      while (!waiting.isEmpty || inFlight > 0) {
        flush();
        await delivery.idle();
      }
      await delivery.idle();
    },
  };
};
