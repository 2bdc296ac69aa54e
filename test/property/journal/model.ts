import fc from 'fast-check';
import { expect } from 'vitest';
import type { ReceiptHandle } from '../../../shared/domain/ids.ts';
import type { Journal, JournalQueue } from '../../../shared/queue/journal/port.ts';
import type { ManualClock } from '../../unit/journal/manual-clock.ts';

/** A message as the model has it. */
export interface ModelMessage {
  readonly body: string;
  /** When it can be received again, on the model's clock. */
  visibleAtMs: number;
  receiveCount: number;
  /** The handle of the newest receive. */
  handle: ReceiptHandle | undefined;
}

export interface Model {
  nowMs: number;
  sent: number;
  messages: ModelMessage[];
  /** Handles of receives that were followed by another one. */
  stale: ReceiptHandle[];
}

/** The journal under test; it is opened anew by a restart. */
export interface Real {
  journal: Journal;
  queue: JournalQueue;
  readonly clock: ManualClock;
  readonly restart: () => Promise<void>;
}

export type QueueCommand = fc.AsyncCommand<Model, Real>;

const visible = ({ messages, nowMs }: Model): ModelMessage[] =>
  messages.filter(({ visibleAtMs }) => visibleAtMs <= nowMs);

const inFlight = ({ messages, nowMs }: Model): ModelMessage[] =>
  messages.filter(({ visibleAtMs, handle }) => visibleAtMs > nowMs && handle !== undefined);

const sameDepth = async (model: Model, { queue }: Real): Promise<void> => {
  const shown = visible(model).length;
  const hidden = inFlight(model).length;
  const delayed = model.messages.length - shown - hidden;
  expect(await queue.depth()).toEqual({ visible: shown, inFlight: hidden, delayed });
};

class Send implements QueueCommand {
  readonly #messages: readonly { readonly bytes: number; readonly delaySeconds: number }[];
  constructor(messages: readonly { readonly bytes: number; readonly delaySeconds: number }[]) {
    this.#messages = messages;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    const messages = this.#messages.map(({ bytes, delaySeconds }) => ({
      body: `${model.sent++} `.padEnd(bytes, 'é'),
      delaySeconds,
    }));
    const results = await real.queue.sendBatch(messages);
    expect(results.every(({ status }) => status === 'sent')).toBe(true);
    for (const { body, delaySeconds } of messages) {
      model.messages.push({
        body,
        visibleAtMs: model.nowMs + delaySeconds * 1_000,
        receiveCount: 0,
        handle: undefined,
      });
    }
    await sameDepth(model, real);
  }
  toString = (): string => `send ${this.#messages.length}`;
}

class Receive implements QueueCommand {
  readonly #most: number;
  readonly #seconds: number;
  constructor(most: number, seconds: number) {
    this.#most = most;
    this.#seconds = seconds;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    const candidates = visible(model);
    const received = await real.queue.receive({
      maxMessages: this.#most,
      waitTimeSeconds: 0,
      visibilityTimeoutSeconds: this.#seconds,
    });
    expect(received).toHaveLength(Math.min(this.#most, candidates.length));
    expect(new Set(received.map(({ body }) => body)).size).toBe(received.length);
    for (const { body, receiveCount, receiptHandle } of received) {
      const message = candidates.find((candidate) => candidate.body === body);
      if (message === undefined) throw new Error(`${body.slice(0, 10)} should not be visible.`);
      expect(receiveCount).toBe(++message.receiveCount);
      if (message.handle !== undefined) model.stale.push(message.handle);
      message.handle = receiptHandle;
      message.visibleAtMs = model.nowMs + this.#seconds * 1_000;
    }
    await sameDepth(model, real);
  }
  toString = (): string => `receive ${this.#most} for ${this.#seconds} s`;
}

/** Deletes by the newest handle of some messages, hidden or not, and by a stale one, which does nothing. */
class Delete implements QueueCommand {
  readonly #index: number;
  constructor(index: number) {
    this.#index = index;
  }
  check = ({ messages }: Model): boolean => messages.some(({ handle }) => handle !== undefined);
  async run(model: Model, real: Real): Promise<void> {
    const received = model.messages.filter(({ handle }) => handle !== undefined);
    const message = received[this.#index % received.length];
    if (message?.handle === undefined) throw new Error('The model has no handle.');
    expect(await real.queue.deleteBatch([message.handle])).toEqual([]);
    model.messages = model.messages.filter((other) => other !== message);
    await real.queue.deleteBatch(model.stale);
    await sameDepth(model, real);
  }
  toString = (): string => `delete ${this.#index}`;
}

class ChangeVisibility implements QueueCommand {
  readonly #index: number;
  readonly #seconds: number;
  constructor(index: number, seconds: number) {
    this.#index = index;
    this.#seconds = seconds;
  }
  check = (model: Model): boolean => inFlight(model).length > 0;
  async run(model: Model, real: Real): Promise<void> {
    const hidden = inFlight(model);
    const message = hidden[this.#index % hidden.length];
    if (message?.handle === undefined) throw new Error('The model has no handle.');
    expect(await real.queue.changeVisibility([message.handle], this.#seconds)).toEqual([]);
    message.visibleAtMs = model.nowMs + this.#seconds * 1_000;
    await sameDepth(model, real);
  }
  toString = (): string => `change visibility of ${this.#index} to ${this.#seconds} s`;
}

class Advance implements QueueCommand {
  readonly #ms: number;
  constructor(ms: number) {
    this.#ms = ms;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    real.clock.advance(this.#ms);
    model.nowMs += this.#ms;
    await sameDepth(model, real);
  }
  toString = (): string => `advance ${this.#ms} ms`;
}

/** What was in flight is visible again; delays go on. A handle stays good until the next receive. */
class Restart implements QueueCommand {
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    await real.restart();
    for (const message of inFlight(model)) message.visibleAtMs = model.nowMs;
    await sameDepth(model, real);
  }
  toString = (): string => 'restart';
}

class Purge implements QueueCommand {
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    await real.queue.purge();
    model.messages = [];
    await sameDepth(model, real);
  }
  toString = (): string => 'purge';
}

const outgoing = fc.record({ bytes: fc.integer({ min: 1, max: 3_000 }), delaySeconds: fc.constantFrom(0, 0, 0, 5) });
const index = fc.nat({ max: 50 });
const seconds = fc.integer({ min: 0, max: 30 });

export const commands = fc.commands(
  [
    fc.array(outgoing, { minLength: 1, maxLength: 5 }).map((messages) => new Send(messages)),
    fc
      .tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 30 }))
      .map((options) => new Receive(...options)),
    index.map((at) => new Delete(at)),
    index.map((at) => new Delete(at)),
    fc.tuple(index, seconds).map((options) => new ChangeVisibility(...options)),
    fc.integer({ min: 1, max: 20_000 }).map((ms) => new Advance(ms)),
    fc.constant(new Restart()),
    fc.constantFrom(new Purge()),
  ],
  { maxCommands: 60, size: 'max' },
);
