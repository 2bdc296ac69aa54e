import type { RandomFill, ReceiptHandle } from '../../../domain/ids.ts';
import type { Message } from './message.ts';
import type { QueueState } from './queue-state.ts';
import type { JournalState } from './state.ts';

/**
 * - `gone`: the message was deleted already
 * - `stale`: it was received again or moved since
 * - `malformed`: not a handle of this journal
 */
export type FoundByHandle = Message | 'gone' | 'stale' | 'malformed';

/** Number of the message, process, receive count, id of the message. */
const shape = /^([0-9a-z]{1,11})\.([0-9a-f]{16})\.([0-9a-z]{1,11})\.([0-9a-f-]{36})$/;

/** Gives out receipt handles and finds the message that one stands for. */
export class Receipts {
  readonly #state: JournalState;
  /** Tells the handles of this process from those of an earlier one. */
  readonly #epoch: string;

  constructor(state: JournalState, randomFill: RandomFill) {
    this.#state = state;
    const epoch = Buffer.alloc(8);
    randomFill(epoch);
    this.#epoch = epoch.toString('hex');
  }

  /** A handle for the receive that is under way; earlier ones of the message are void. */
  give(message: Message): ReceiptHandle {
    const handle = `${message.number.toString(36)}.${this.#epoch}.${message.receiveCount.toString(36)}.${message.id}`;
    message.receipt = handle;
    message.receivedHere = true;
    return handle as ReceiptHandle;
  }

  /**
   * A handle from before a restart is good until the message is received again: its consumer may just have finished. Counts
   * are written late, so after a crash the handle's may be higher than the message's.
   */
  find(queue: QueueState, handle: string): FoundByHandle {
    const [, number, epoch, count, id] = shape.exec(handle) ?? [];
    if (number === undefined || epoch === undefined || count === undefined) return 'malformed';
    const message = this.#state.messages.get(Number.parseInt(number, 36));
    if (message === undefined || message.id !== id) return 'gone';
    if (message.queue !== queue) return 'stale';
    if (message.receipt === handle) return message;
    const isNewest = Number.parseInt(count, 36) >= message.receiveCount;
    return !message.receivedHere && epoch !== this.#epoch && isNewest ? message : 'stale';
  }
}
