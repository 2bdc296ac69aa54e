import type { MovedRecord, QueueRecord } from '../format/records.ts';
import { displaceMessage } from '../log/stored-message.ts';
import type { Message } from './message.ts';
import { QueueState } from './queue-state.ts';

/** Everything the journal knows: what replaying its log from the start would give. Changed only once a record is durable. */
export class JournalState {
  readonly queues = new Map<number, QueueState>();
  readonly queuesByName = new Map<string, QueueState>();
  readonly messages = new Map<number, Message>();
  nextMessage = 1;
  nextQueue = 1;
  /** UTF-8 bytes of the bodies held in memory. */
  memoryBytes = 0;
  readonly #mostMemoryBytes: number;

  constructor(mostMemoryBytes: number) {
    this.#mostMemoryBytes = mostMemoryBytes;
  }

  /** Adds a queue, or gives one that is there its new attributes. */
  putQueue(record: QueueRecord): QueueState {
    let queue = this.queues.get(record.queue);
    if (queue === undefined) {
      queue = new QueueState(record);
      this.queues.set(queue.number, queue);
      this.queuesByName.set(queue.name, queue);
      this.nextQueue = Math.max(this.nextQueue, queue.number + 1);
    }
    queue.attributes = record.attributes;
    if (queue.expires) queue.watchAge(this.messagesOf(queue));
    return queue;
  }

  removeQueue(queue: QueueState): void {
    this.clearQueue(queue);
    queue.deleted = true;
    this.queues.delete(queue.number);
    this.queuesByName.delete(queue.name);
  }

  clearQueue(queue: QueueState): void {
    for (const message of [...this.messagesOf(queue)]) this.removeMessage(message);
  }

  /** Adds a message that is durable; hidden until `deadlineMs` (monotonic) where there is one. */
  addMessage(message: Message, deadlineMs: number | undefined): void {
    this.messages.set(message.number, message);
    message.queue.enter(message, deadlineMs);
    // What comes last is received last: it is what has to do without memory.
    if (message.body !== undefined) {
      if (this.memoryBytes + message.bodyBytes > this.#mostMemoryBytes) message.body = undefined;
      else this.memoryBytes += message.bodyBytes;
    }
  }

  removeMessage(message: Message): void {
    if (message.status === 'gone') return;
    this.takeBody(message);
    message.queue.leave(message);
    this.messages.delete(message.number);
    displaceMessage(message);
  }

  moveMessage(message: Message, destination: QueueState, record: MovedRecord): void {
    message.queue.leave(message);
    message.id = record.id;
    message.sentAtMs = record.sentAtMs;
    message.receiveCount = record.receiveCount;
    message.deadLetterSource = record.deadLetterSource;
    message.firstReceivedAtMs = 0;
    message.receipt = '';
    message.receivedHere = true;
    destination.enter(message, undefined);
  }

  /** The body, if it is in memory, where it is not kept any longer. */
  takeBody(message: Message): string | undefined {
    const { body } = message;
    if (body !== undefined) this.memoryBytes -= message.bodyBytes;
    message.body = undefined;
    return body;
  }

  *messagesOf(queue: QueueState): Generator<Message> {
    for (const message of this.messages.values()) if (message.queue === queue) yield message;
  }
}
