import { QueueUnavailable } from '../../../shared/domain/errors.ts';
import type { MessageId, ReceiptHandle } from '../../../shared/domain/ids.ts';
import type { QueueReceiver, ReceivedMessage, ReceiveOptions } from '../../../shared/queue/port.ts';
import type { Simulation } from './simulation.ts';

export interface ModelMessage {
  readonly id: MessageId;
  readonly body: string;
  readonly sentAtMs: number;
  visibleAtMs: number;
  receiveCount: number;
  handle: ReceiptHandle | undefined;
}

export interface ModelOptions {
  readonly simulation: Simulation;
  readonly maxReceiveCount: number;
  /** A number below 1 for each decision. */
  readonly random: () => number;
  /** How often a call fails, 0 to 1; half of those calls take effect all the same. */
  readonly failureRate: number;
  readonly latencyMs: number;
}

/** What SQS promises of a standard queue, and no more: no order, calls that fail after they took effect. */
export const createSqsModel = (options: ModelOptions) => {
  const { simulation, maxReceiveCount, random, failureRate, latencyMs } = options;
  const messages = new Map<MessageId, ModelMessage>();
  const deadLetters: ModelMessage[] = [];
  const deleted = new Set<MessageId>();
  const sent: ModelMessage[] = [];

  const call = async <Result>(effect: () => Result): Promise<Result> => {
    await simulation.sleep(random() * latencyMs);
    const fails = random() < failureRate;
    if (fails && random() < 0.5) throw new QueueUnavailable('refused');
    const result = effect();
    if (fails) throw new QueueUnavailable('the answer was lost');
    return result;
  };

  const take = (most: number, visibilityTimeoutSeconds: number): readonly ReceivedMessage[] => {
    const taken: ReceivedMessage[] = [];
    const now = simulation.nowMs();
    const visible = [...messages.values()].filter(({ visibleAtMs }) => visibleAtMs <= now);
    for (const message of visible.sort(() => random() - 0.5)) {
      if (taken.length === most) break;
      if (message.receiveCount >= maxReceiveCount) {
        messages.delete(message.id);
        deadLetters.push(message);
        continue;
      }
      message.receiveCount++;
      message.visibleAtMs = now + visibilityTimeoutSeconds * 1_000;
      message.handle = `${message.id}/${message.receiveCount}` as ReceiptHandle;
      const { id, body, receiveCount, sentAtMs, handle } = message;
      taken.push({ messageId: id, receiptHandle: handle, body, attributes: {}, receiveCount, sentAtMs });
    }
    return taken;
  };

  const holderOf = (handle: ReceiptHandle): ModelMessage | undefined =>
    [...messages.values()].find((message) => message.handle === handle && message.visibleAtMs > simulation.nowMs());

  const receiver: QueueReceiver = {
    receive: async ({ maxMessages, waitTimeSeconds, visibilityTimeoutSeconds = 30, signal }: ReceiveOptions) => {
      const untilMs = simulation.nowMs() + waitTimeSeconds * 1_000;
      for (;;) {
        const taken = await call(() => take(maxMessages, visibilityTimeoutSeconds));
        if (taken.length > 0 || simulation.nowMs() >= untilMs || signal?.aborted) return taken;
        await simulation.sleep(20, signal);
      }
    },
    deleteBatch: (handles) =>
      call(() =>
        handles.filter((handle) => {
          const message = holderOf(handle);
          // SQS deletes a message twice without complaint; an expired handle may or may not do it.
          if (message === undefined) return !deleted.has(handle.split('/')[0] as MessageId);
          messages.delete(message.id);
          deleted.add(message.id);
          return false;
        }),
      ),
    changeVisibility: (handles, seconds) =>
      call(() =>
        handles.filter((handle) => {
          const message = holderOf(handle);
          if (message !== undefined) message.visibleAtMs = simulation.nowMs() + seconds * 1_000;
          return message === undefined;
        }),
      ),
  };

  return {
    receiver,
    messages,
    deadLetters,
    deleted,
    receiveCounts: () => sent.map(({ receiveCount }) => receiveCount),
    send: (body: string): MessageId => {
      const id = `message-${sent.length}` as MessageId;
      const sentAtMs = simulation.nowMs();
      const message = { id, body, sentAtMs, visibleAtMs: sentAtMs, receiveCount: 0, handle: undefined };
      messages.set(id, message);
      sent.push(message);
      return id;
    },
  };
};
