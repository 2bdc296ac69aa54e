import { receivedRecordBytes, writeReceived } from '../format/records.ts';
import { readBody } from '../log/read-body.ts';
import type { JournalReceivedMessage } from '../port.ts';
import type { Core } from './core.ts';
import type { Message } from './message.ts';
import { moveToDeadLetters } from './move.ts';
import type { QueueState } from './queue-state.ts';
import { expire } from './remove.ts';

/** Where a message goes that was received as often as it may be, or undefined. A queue that is gone takes nothing. */
const deadLetterQueueFor = (core: Core, message: Message): QueueState | undefined => {
  const policy = message.queue.attributes.redrivePolicy;
  if (policy === undefined || message.receiveCount < policy.maxReceiveCount) return undefined;
  const destination = core.state.queuesByName.get(policy.deadLetterQueueName);
  return destination === undefined || destination.deleted || destination === message.queue ? undefined : destination;
};

/** Nobody waits for a count: after a crash the message is there again anyway, at worst with a lower one. */
const countsOnly = { committed: () => {}, failed: () => {} };

const writeCounts = (core: Core, messages: readonly Message[]): void => {
  const bytes = receivedRecordBytes(messages.length);
  // The last of the room is for deletes.
  if (!core.segments.hasRoom(core.writer.pendingBytes + bytes)) return;
  writeReceived(core.writer.reserve(bytes), messages);
  core.writer.addLazily(countsOnly);
};

/** A message that was taken, as its receiver gets it but for the body, which may have to be read. */
export interface Taken {
  readonly message: Message;
  readonly body: string | undefined;
  readonly received: Omit<JournalReceivedMessage, 'body'>;
}

const describe = (core: Core, message: Message): Taken => ({
  message,
  // Received messages are soon deleted: memory is for those that wait.
  body: core.state.takeBody(message),
  received: {
    messageId: message.id as JournalReceivedMessage['messageId'],
    receiptHandle: core.receipts.give(message),
    attributes: message.attributes,
    receiveCount: message.receiveCount,
    sentAtMs: message.sentAtMs,
    firstReceivedAtMs: message.firstReceivedAtMs,
    deadLetterSource: message.deadLetterSource === '' ? undefined : message.deadLetterSource,
  },
});

/** Takes up to `most` available messages and hides them; moves those to the dead-letter queue that were received too often. */
export const takeMessages = (
  core: Core,
  queue: QueueState,
  most: number,
  visibilityTimeoutSeconds: number,
): readonly Taken[] => {
  const nowMs = core.clock.nowMs();
  const deadlineMs = core.clock.monotonicMs() + visibilityTimeoutSeconds * 1_000;
  queue.showDue(core.clock.monotonicMs());
  expire(core, queue);
  const messages: Message[] = [];
  while (messages.length < most) {
    const message = queue.firstAvailable;
    if (message === undefined) break;
    const deadLetterQueue = deadLetterQueueFor(core, message);
    if (deadLetterQueue !== undefined) {
      moveToDeadLetters(core, message, deadLetterQueue);
      continue;
    }
    message.receiveCount++;
    if (message.firstReceivedAtMs === 0) message.firstReceivedAtMs = nowMs;
    queue.hide(message, deadlineMs);
    messages.push(message);
  }
  if (messages.length === 0) return [];
  writeCounts(core, messages);
  return messages.map((message) => describe(core, message));
};

const loadOne = async (core: Core, { message, body, received }: Taken): Promise<JournalReceivedMessage | undefined> => {
  if (body !== undefined) return { ...received, body };
  // Deleted or moved meanwhile, by an older handle.
  if (message.segment === undefined) return undefined;
  try {
    return { ...received, body: await readBody(message) };
  } catch (error) {
    // Its neighbours must not suffer. It comes back after its timeout and in the end goes to the dead-letter queue.
    core.logger.error('a message could not be read back', {
      queue: message.queue.name,
      message_id: received.messageId,
      path: message.segment?.file.path ?? '',
      error,
    });
    return undefined;
  }
};

/** Adds the bodies, those that are not in memory from the journal. */
export const loadBodies = async (core: Core, taken: readonly Taken[]): Promise<readonly JournalReceivedMessage[]> => {
  const loaded = await Promise.all(taken.map((one) => loadOne(core, one)));
  return loaded.filter((message) => message !== undefined);
};
