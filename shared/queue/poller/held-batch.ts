import type { ReceivedMessage } from '../port.ts';
import { messagesPerReceive, type PollerOptions } from './options.ts';
import { emptyEventBytes, recordBytes } from './sqs-event.ts';

/** A heartbeat comes this many times within a visibility timeout, so that two may be lost. */
const heartbeatsPerTimeout = 3;

/** Messages that are ours for now: gathered, waiting or running. */
export interface HeldBatch {
  readonly messages: readonly ReceivedMessage[];
  /** When the first message came, by the monotonic clock. */
  readonly sinceMs: number;
  /** How many more messages one receive call may ask for; 0 when the batch is full. */
  readonly room: () => number;
  /** Takes messages in order; returns those that no longer fit the payload. */
  readonly add: (messages: readonly ReceivedMessage[]) => readonly ReceivedMessage[];
  /** From now on nothing is extended any more. */
  readonly release: () => void;
}

type HoldOptions = Pick<
  PollerOptions,
  'queue' | 'clock' | 'logger' | 'source' | 'batchSize' | 'visibilityTimeoutSeconds'
> & { readonly payloadBytes: number };

/** Starts an empty batch; its messages stay invisible to others until it is released. */
export const holdBatch = (options: HoldOptions): HeldBatch => {
  const { queue, clock, logger, source, batchSize, visibilityTimeoutSeconds, payloadBytes } = options;
  const messages: ReceivedMessage[] = [];
  let bytes = emptyEventBytes;
  let full = false;
  let released = false;

  const extend = async (): Promise<void> => {
    const handles = messages.map(({ receiptHandle }) => receiptHandle);
    try {
      const lost = await queue.changeVisibility(handles, visibilityTimeoutSeconds);
      if (lost.length > 0 && !released)
        logger.warn('messages of a running batch could not be kept', { messages: lost.length });
    } catch (error) {
      logger.warn('the visibility of a running batch could not be extended', { error, messages: handles.length });
    }
  };

  const beatMs = (visibilityTimeoutSeconds * 1_000) / heartbeatsPerTimeout;
  let timer = { cancel: (): void => {} };
  const beat = async (): Promise<void> => {
    if (messages.length > 0) await extend();
    if (!released) timer = clock.after(beatMs, beat);
  };
  timer = clock.after(beatMs, beat);

  return {
    messages,
    sinceMs: clock.monotonicMs(),
    room: () => (full ? 0 : Math.min(messagesPerReceive, batchSize - messages.length)),
    add: (received) => {
      for (const [index, message] of received.entries()) {
        const size = recordBytes(message, source);
        // A message that fits no batch goes alone: it would wait for ever otherwise.
        if (messages.length > 0 && (bytes + size > payloadBytes || messages.length === batchSize)) {
          full = true;
          return received.slice(index);
        }
        messages.push(message);
        bytes += size;
      }
      return [];
    },
    release: () => {
      released = true;
      timer.cancel();
    },
  };
};
