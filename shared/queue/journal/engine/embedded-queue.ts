import type { ReceiptHandle } from '../../../domain/ids.ts';
import type { QueueDepth, ReceiveOptions, SendResult } from '../../port.ts';
import { InvalidQueueRequest, QueueMissing } from '../errors.ts';
import type { JournalOutgoingMessage, JournalQueue, JournalReceivedMessage, QueueAttributes } from '../port.ts';
import { changeVisibility } from './change-visibility.ts';
import { type Core, requireOpen } from './core.ts';
import { Polls } from './polls.ts';
import type { QueueState } from './queue-state.ts';
import { deleteBatch, expire, purge } from './remove.ts';
import { sendBatch } from './send.ts';

/** SQS's ranges of ReceiveMessage. */
const mostMessages = 10;
const longestWaitSeconds = 20;

const requireReceiveOptions = ({
  maxMessages,
  waitTimeSeconds,
  visibilityTimeoutSeconds = 0,
}: ReceiveOptions): void => {
  if (!Number.isInteger(maxMessages) || maxMessages < 1 || maxMessages > mostMessages) {
    throw new InvalidQueueRequest('maxMessages', `must be a whole number from 1 to ${mostMessages}`);
  }
  if (!(waitTimeSeconds >= 0 && waitTimeSeconds <= longestWaitSeconds)) {
    throw new InvalidQueueRequest('waitTimeSeconds', `must be from 0 to ${longestWaitSeconds}`);
  }
  if (!(visibilityTimeoutSeconds >= 0 && visibilityTimeoutSeconds <= 43_200)) {
    throw new InvalidQueueRequest('visibilityTimeoutSeconds', 'must be from 0 to 43200');
  }
};

/** One queue of the journal, as its users see it. */
export class EmbeddedQueue implements JournalQueue {
  readonly #core: Core;
  readonly #state: QueueState;
  readonly #polls: Polls;
  readonly #setAttributes: (queue: QueueState, changes: Partial<QueueAttributes>) => Promise<void>;

  constructor(
    core: Core,
    state: QueueState,
    setAttributes: (queue: QueueState, changes: Partial<QueueAttributes>) => Promise<void>,
  ) {
    this.#core = core;
    this.#state = state;
    this.#polls = new Polls(core, state);
    this.#setAttributes = setAttributes;
  }

  get name(): string {
    return this.#state.name;
  }

  get attributes(): QueueAttributes {
    return this.#state.attributes;
  }

  get createdAtMs(): number {
    return this.#state.createdAtMs;
  }

  async sendBatch(messages: readonly JournalOutgoingMessage[]): Promise<readonly SendResult[]> {
    this.#requireThere();
    return sendBatch(this.#core, this.#state, messages);
  }

  async receive(options: ReceiveOptions): Promise<readonly JournalReceivedMessage[]> {
    this.#requireThere();
    requireReceiveOptions(options);
    return this.#polls.receive(options);
  }

  async deleteBatch(handles: readonly ReceiptHandle[]): Promise<readonly ReceiptHandle[]> {
    this.#requireThere();
    return deleteBatch(this.#core, this.#state, handles);
  }

  async changeVisibility(handles: readonly ReceiptHandle[], seconds: number): Promise<readonly ReceiptHandle[]> {
    this.#requireThere();
    const failed = changeVisibility(this.#core, this.#state, handles, seconds);
    this.#polls.serve();
    return failed;
  }

  async depth(): Promise<QueueDepth> {
    this.#requireThere();
    this.#state.showDue(this.#core.clock.monotonicMs());
    expire(this.#core, this.#state);
    return this.#state.depth;
  }

  async setAttributes(changes: Partial<QueueAttributes>): Promise<void> {
    this.#requireThere();
    await this.#setAttributes(this.#state, changes);
  }

  async purge(): Promise<void> {
    this.#requireThere();
    await purge(this.#core, this.#state);
  }

  /** The queue lives as long as its journal: others may be using it. */
  async close(): Promise<void> {}

  /** Hands what became available to the receives that wait. */
  serve(): void {
    this.#polls.serve();
  }

  /** Answers the receives that wait with nothing. */
  endPolls(): void {
    this.#polls.endAll();
  }

  #requireThere(): void {
    requireOpen(this.#core);
    if (this.#state.deleted) throw new QueueMissing(this.#state.name);
  }
}
