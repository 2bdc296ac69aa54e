import type { Message } from './message.ts';

/** Messages in the order they became available; any of them can leave at no cost. */
export class MessageList {
  #first: Message | undefined;
  #last: Message | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Message | undefined {
    return this.#first;
  }

  append(message: Message): void {
    message.previous = this.#last;
    message.next = undefined;
    if (this.#last === undefined) this.#first = message;
    else this.#last.next = message;
    this.#last = message;
    this.#size++;
  }

  remove(message: Message): void {
    if (message.previous === undefined) this.#first = message.next;
    else message.previous.next = message.next;
    if (message.next === undefined) this.#last = message.previous;
    else message.next.previous = message.previous;
    message.previous = undefined;
    message.next = undefined;
    this.#size--;
  }
}
