import { EventTooLarge } from '../domain/errors.ts';
import type { IngestedEvent, SegmentedEvent } from '../domain/event.ts';
import type { Policy } from '../domain/policy.ts';

/** UTF-8 takes at most three bytes a UTF-16 code unit, which mostly settles it without counting. */
const isLarger = (text: string, limitBytes: number): boolean =>
  text.length > limitBytes || (text.length * 3 > limitBytes && Buffer.byteLength(text) > limitBytes);

/**
 * SEGMENT: puts an event in the segment that the policy names for its type.
 * @throws EventTooLarge when the payload is larger than the policy allows.
 */
export const segmentEvent = (event: IngestedEvent, policy: Policy): SegmentedEvent => {
  const { segment, maxPayloadBytes } = policy.ruleOf(event.eventType);
  if (maxPayloadBytes !== undefined && isLarger(event.payload, maxPayloadBytes)) {
    throw new EventTooLarge(Buffer.byteLength(event.payload), maxPayloadBytes);
  }
  return { ...event, segment };
};
