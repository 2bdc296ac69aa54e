import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { MessageId } from '../../../shared/domain/ids.ts';
import { encodeEvent, packOf } from '../../../shared/queue/packs/encode.ts';
import type { OutgoingMessage, QueueSender, SendResult } from '../../../shared/queue/port.ts';
import type { QueuedPack } from '../../../shared/stages/persist.ts';
import type { Random } from './random.ts';

interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly events: readonly AcceptedEvent[];
  receiveCount: number;
}

/** A queue that keeps what it has until somebody acknowledges it, and gives it to anybody who asks, in any order and as often as it likes. */
export class SimulatedQueue {
  readonly #random: Random;
  readonly #messages = new Map<string, Message>();
  #sent = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get length(): number {
    return this.#messages.size;
  }

  send(events: readonly AcceptedEvent[]): void {
    const messageId = `message-${++this.#sent}`;
    this.#messages.set(messageId, { messageId, body: packOf(events.map(encodeEvent)), events, receiveCount: 0 });
  }

  receive(most: number): readonly QueuedPack[] {
    const waiting = [...this.#messages.values()];
    const received: QueuedPack[] = [];
    while (waiting.length > 0 && received.length < most) {
      const [message] = waiting.splice(this.#random.below(waiting.length), 1);
      if (message === undefined) break;
      received.push({ messageId: message.messageId, body: message.body, receiveCount: ++message.receiveCount });
    }
    return received;
  }

  /** @returns the events of the messages that are gone by that. */
  acknowledge(packs: readonly QueuedPack[]): readonly AcceptedEvent[] {
    const gone = packs.flatMap(({ messageId }) => this.#messages.get(messageId)?.events ?? []);
    for (const { messageId } of packs) this.#messages.delete(messageId);
    return gone;
  }
}

/** A dead-letter queue that takes everything. */
export const createDeadLetters = (): QueueSender & { readonly bodies: readonly string[] } => {
  const bodies: string[] = [];
  return {
    bodies,
    sendBatch: async (messages: readonly OutgoingMessage[]): Promise<readonly SendResult[]> => {
      for (const { body } of messages) bodies.push(body);
      return messages.map(() => ({ status: 'sent', messageId: 'letter' as MessageId }));
    },
  };
};
