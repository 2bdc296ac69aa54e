import type { QueueDepth } from '../../port.ts';
import type { QueueRecord } from '../format/records.ts';
import type { QueueAttributes } from '../port.ts';
import { IndexedHeap } from './indexed-heap.ts';
import type { Message } from './message.ts';
import { MessageList } from './message-list.ts';

/** Which messages of one queue may be received, and when the others may. Deadlines are on the monotonic clock. */
export class QueueState {
  readonly number: number;
  readonly name: string;
  readonly createdAtMs: number;
  attributes: QueueAttributes;
  /** Its deletion is written or being written. */
  deleted = false;
  /** Purges and a deletion that are being written: meanwhile none of its messages may be copied. */
  clearances = 0;
  readonly #available = new MessageList();
  readonly #hidden = new IndexedHeap<Message>();
  /** By time of sending, where messages expire. */
  #expiring: IndexedHeap<Message> | undefined;
  #size = 0;
  #delayed = 0;

  constructor(record: QueueRecord) {
    this.number = record.queue;
    this.name = record.name;
    this.createdAtMs = record.createdAtMs;
    this.attributes = record.attributes;
  }

  get record(): QueueRecord {
    return { queue: this.number, name: this.name, createdAtMs: this.createdAtMs, attributes: this.attributes };
  }

  get depth(): QueueDepth {
    const visible = this.#available.size;
    return { visible, inFlight: this.#size - visible - this.#delayed, delayed: this.#delayed };
  }

  get firstAvailable(): Message | undefined {
    return this.#available.first;
  }

  /** When the next hidden message becomes available. */
  get nextDeadlineMs(): number | undefined {
    return this.#hidden.first?.key;
  }

  get expires(): boolean {
    return this.attributes.messageRetentionSeconds !== undefined;
  }

  /** Takes a message in, hidden until `deadlineMs` where there is one. */
  enter(message: Message, deadlineMs: number | undefined): void {
    message.queue = this;
    this.#size++;
    if (this.#expiring !== undefined) message.expiry = this.#expiring.add(message.sentAtMs, message);
    if (deadlineMs === undefined) this.#show(message);
    else this.#hide(message, 'delayed', deadlineMs);
  }

  /** Hides a message that was received, or moves its deadline. */
  hide(message: Message, deadlineMs: number): void {
    this.detach(message);
    this.#hide(message, 'inFlight', deadlineMs);
  }

  /** Makes a message available that is not. */
  show(message: Message): void {
    this.detach(message);
    this.#show(message);
  }

  /** Takes back a message that was to leave and could not. */
  restore(message: Message): void {
    this.show(message);
    if (this.#expiring !== undefined) message.expiry ??= this.#expiring.add(message.sentAtMs, message);
  }

  /** Puts a message where no receive finds it, while it is being deleted or moved. */
  detach(message: Message): void {
    if (message.status === 'available') this.#available.remove(message);
    if (message.status === 'delayed') this.#delayed--;
    if (message.deadline !== undefined) this.#hidden.remove(message.deadline);
    message.deadline = undefined;
    message.status = 'leaving';
  }

  /** Lets go of a message for good. */
  leave(message: Message): void {
    this.detach(message);
    if (message.expiry !== undefined) this.#expiring?.remove(message.expiry);
    message.expiry = undefined;
    message.status = 'gone';
    this.#size--;
  }

  /** Makes available what is due by `nowMs`. */
  showDue(nowMs: number): void {
    for (let first = this.#hidden.first; first !== undefined && first.key <= nowMs; first = this.#hidden.first) {
      this.show(first.item);
    }
  }

  /** Watches the age of messages; `messages` are all of this queue. */
  watchAge(messages: Iterable<Message>): void {
    if (this.#expiring !== undefined) return;
    this.#expiring = new IndexedHeap();
    for (const message of messages) message.expiry = this.#expiring.add(message.sentAtMs, message);
  }

  /** Takes out the messages that are older than the retention at `nowMs` (Unix milliseconds). */
  takeExpired(nowMs: number): readonly Message[] {
    const { messageRetentionSeconds } = this.attributes;
    if (messageRetentionSeconds === undefined || this.#expiring === undefined) return [];
    const before = nowMs - messageRetentionSeconds * 1_000;
    const expired: Message[] = [];
    for (let first = this.#expiring.first; first !== undefined && first.key <= before; first = this.#expiring.first) {
      this.#expiring.remove(first);
      first.item.expiry = undefined;
      if (first.item.status !== 'leaving') {
        this.detach(first.item);
        expired.push(first.item);
      }
    }
    return expired;
  }

  #show(message: Message): void {
    message.status = 'available';
    this.#available.append(message);
  }

  #hide(message: Message, status: 'inFlight' | 'delayed', deadlineMs: number): void {
    message.status = status;
    if (status === 'delayed') this.#delayed++;
    message.deadline = this.#hidden.add(deadlineMs, message);
  }
}
