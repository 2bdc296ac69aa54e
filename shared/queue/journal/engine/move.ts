import { type MovedRecord, movedRecordBytes, writeMoved } from '../format/records.ts';
import type { Operation } from '../log/group.ts';
import type { Core } from './core.ts';
import type { Message } from './message.ts';
import type { QueueState } from './queue-state.ts';

/** Puts a message into its new queue once that is durable, or back into the old one when it failed. */
class MoveOperation implements Operation {
  readonly #core: Core;
  readonly #message: Message;
  readonly #destination: QueueState;
  readonly #record: MovedRecord;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;

  constructor(
    core: Core,
    message: Message,
    destination: QueueState,
    record: MovedRecord,
    resolve: () => void,
    reject: (error: Error) => void,
  ) {
    this.#core = core;
    this.#message = message;
    this.#destination = destination;
    this.#record = record;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  committed(): void {
    const message = this.#message;
    message.departures--;
    // A delete or a purge may have been written before.
    if (message.status !== 'gone') {
      this.#core.state.moveMessage(message, this.#destination, this.#record);
      this.#core.awakened.add(this.#destination);
    }
    this.#resolve();
  }

  failed(error: Error): void {
    const message = this.#message;
    message.departures--;
    if (message.status === 'leaving' && message.departures === 0) {
      message.queue.restore(message);
      this.#core.awakened.add(message.queue);
    }
    this.#reject(error);
  }
}

/** Moves a message durably and exactly once; meanwhile no receive finds it. */
const moveMessage = (core: Core, message: Message, destination: QueueState, record: MovedRecord): Promise<void> => {
  message.queue.detach(message);
  message.departures++;
  writeMoved(core.writer.reserve(movedRecordBytes(record)), record);
  return new Promise((resolve, reject) => {
    core.writer.add(new MoveOperation(core, message, destination, record, resolve, reject));
  });
};

/** Moves a message that was received too often. It keeps its id, time and count, as in SQS. */
export const moveToDeadLetters = (core: Core, message: Message, destination: QueueState): void => {
  const record: MovedRecord = {
    number: message.number,
    queue: destination.number,
    id: message.id,
    sentAtMs: message.sentAtMs,
    receiveCount: message.receiveCount,
    deadLetterSource: message.queue.name,
  };
  void moveMessage(core, message, destination, record).catch((error: unknown) => {
    core.logger.warn('a message could not be moved to the dead-letter queue; it stays where it is', {
      queue: message.queue.name,
      message_id: message.id,
      error,
    });
  });
};

/** Moves a message as a move task does: SQS gives it a new id and a new time (StartMessageMoveTask), and its count begins anew. */
export const moveAsNew = (core: Core, message: Message, destination: QueueState): Promise<void> =>
  moveMessage(core, message, destination, {
    number: message.number,
    queue: destination.number,
    id: core.newId(),
    sentAtMs: core.clock.nowMs(),
    receiveCount: 0,
    deadLetterSource: '',
  });
