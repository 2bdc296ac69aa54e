import type { Segment } from './segment.ts';

/** What the log keeps of a message: where its newest copy lies. */
export interface StoredMessage {
  segment: Segment | undefined;
  /** Bytes of its record in the segment. */
  recordBytes: number;
  /** Where its body lies in the segment's file. */
  bodyPosition: number;
  readonly bodyBytes: number;
  readonly bodyCrc: number;
}

/** Says that the message's newest copy is in `segment`. */
export const placeMessage = (
  message: StoredMessage,
  segment: Segment,
  bodyPosition: number,
  recordBytes: number,
): void => {
  displaceMessage(message);
  message.segment = segment;
  message.bodyPosition = bodyPosition;
  message.recordBytes = recordBytes;
  segment.messages.add(message);
  segment.liveBytes += recordBytes;
};

/** Says that no segment needs to keep the message. */
export const displaceMessage = (message: StoredMessage): void => {
  const { segment } = message;
  if (segment === undefined) return;
  segment.messages.delete(message);
  segment.liveBytes -= message.recordBytes;
  message.segment = undefined;
};
