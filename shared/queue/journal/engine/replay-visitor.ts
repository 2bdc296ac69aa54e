import type { Clock } from '../../../ports/clock.ts';
import { JournalDamaged } from '../errors.ts';
import type { ReplayVisitor } from '../log/replay.ts';
import type { Segment } from '../log/segment.ts';
import { placeMessage } from '../log/stored-message.ts';
import { Message } from './message.ts';
import type { QueueState } from './queue-state.ts';
import type { JournalState } from './state.ts';

/** Deadline on the monotonic clock of a message delayed until `delayedUntilMs` (Unix milliseconds), if it still is. */
export const delayDeadline = (clock: Clock, delayedUntilMs: number): number | undefined => {
  const leftMs = delayedUntilMs - clock.nowMs();
  return delayedUntilMs > 0 && leftMs > 0 ? clock.monotonicMs() + leftMs : undefined;
};

/** Builds `state` from the log. Bodies stay on disk; visibility timeouts are not kept, so what was in flight is available. */
export const replayInto = (state: JournalState, clock: Clock): ReplayVisitor => {
  let at: { readonly segment: Segment; readonly offset: number } | undefined;

  const queueOf = (number: number): QueueState => {
    const queue = state.queues.get(number);
    // Every segment starts with all queues, so a record can't refer to one that was not mentioned.
    if (queue === undefined) {
      throw new JournalDamaged(
        at?.segment.file.path ?? '',
        at?.offset ?? 0,
        `a record names queue ${number}, which there is not`,
      );
    }
    return queue;
  };

  return {
    group: (segment, offset) => {
      at = { segment, offset };
    },
    queue: (record) => {
      state.putQueue(record);
    },
    queueDeleted: (number) => {
      const queue = state.queues.get(number);
      if (queue !== undefined) state.removeQueue(queue);
      state.nextQueue = Math.max(state.nextQueue, number + 1);
    },
    message: (record, body, recordBytes) => {
      if (at === undefined) return;
      let message = state.messages.get(record.number);
      if (message === undefined) {
        message = new Message(record, queueOf(record.queue), body, undefined);
        state.addMessage(message, delayDeadline(clock, record.delayedUntilMs));
        state.nextMessage = Math.max(state.nextMessage, record.number + 1);
      }
      placeMessage(message, at.segment, at.offset + body.position, recordBytes);
    },
    deleted: (number) => {
      const message = state.messages.get(number);
      if (message !== undefined) state.removeMessage(message);
      state.nextMessage = Math.max(state.nextMessage, number + 1);
    },
    received: ({ number, receiveCount, firstReceivedAtMs }) => {
      const message = state.messages.get(number);
      if (message === undefined) return;
      message.receiveCount = receiveCount;
      message.firstReceivedAtMs = firstReceivedAtMs;
      // A message was received, so its delay was over.
      if (message.status === 'delayed') message.queue.show(message);
    },
    moved: (record) => {
      const message = state.messages.get(record.number);
      if (message === undefined) return;
      state.moveMessage(message, queueOf(record.queue), record);
      message.receivedHere = false;
    },
    purged: (number) => {
      const queue = state.queues.get(number);
      if (queue !== undefined) state.clearQueue(queue);
    },
    trimmed: () => {},
  };
};
