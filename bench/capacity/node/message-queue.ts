/** A message that waits: how many events it carries, and since when. */
export interface QueuedMessage {
  readonly events: number;
  readonly sinceMs: number;
}

/** The messages that wait, first in, first out. */
export interface MessageQueue {
  add(eventsOfEach: readonly number[]): void;
  /** Takes so many messages at most, and no more than have so many events. */
  take(most: number, mostEvents: number): readonly QueuedMessage[];
  /** Calls back once there is a message: at once when there is. */
  whenAny(act: () => void): void;
  readonly waitingEvents: number;
  /** Events of the message that is next; 0 when none waits. */
  readonly nextEvents: number;
  /** Messages that ever came. */
  readonly addedMessages: number;
}

export const createMessageQueue = (nowMs: () => number): MessageQueue => {
  let messages: QueuedMessage[] = [];
  let taken = 0;
  let waitingEvents = 0;
  let addedMessages = 0;
  let awaiting: (() => void) | undefined;

  const wake = (): void => {
    const act = awaiting;
    awaiting = undefined;
    act?.();
  };

  return {
    add: (eventsOfEach) => {
      for (const events of eventsOfEach) {
        messages.push({ events, sinceMs: nowMs() });
        waitingEvents += events;
      }
      addedMessages += eventsOfEach.length;
      if (messages.length > taken) wake();
    },
    take: (most, mostEvents) => {
      const batch: QueuedMessage[] = [];
      let roomEvents = mostEvents;
      for (let next = messages[taken]; next !== undefined && batch.length < most; next = messages[taken]) {
        if (next.events > roomEvents) break;
        roomEvents -= next.events;
        batch.push(next);
        taken++;
      }
      waitingEvents -= mostEvents - roomEvents;
      // Shifting each would cost the length of the backlog.
      if (taken > 1_024 && taken * 2 > messages.length) {
        messages = messages.slice(taken);
        taken = 0;
      }
      return batch;
    },
    whenAny: (act) => {
      awaiting = act;
      if (messages.length > taken) wake();
    },
    get waitingEvents() {
      return waitingEvents;
    },
    get nextEvents() {
      return messages[taken]?.events ?? 0;
    },
    get addedMessages() {
      return addedMessages;
    },
  };
};
