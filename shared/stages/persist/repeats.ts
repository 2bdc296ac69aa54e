import type { AcceptedEvent } from '../../domain/event.ts';
import { contentHash } from '../../domain/leaf.ts';
import { type PackedEvent, type PackedPoison, poisonOf, type Unpacked } from './unpack.ts';

/** A consultation id has no line break, so no two identities give the same text. */
const identityOf = (event: AcceptedEvent): string => `${event.eventId}\n${event.consultationId}`;

/** The order that `seal` decides conflicts by; arrival order would change from one delivery to the next. */
const isEarlier = (left: AcceptedEvent, right: AcceptedEvent): boolean =>
  left.receivedAt === right.receivedAt ? left.requestIndex < right.requestIndex : left.receivedAt < right.receivedAt;

const sameContent = (left: AcceptedEvent, right: AcceptedEvent): boolean =>
  Buffer.compare(contentHash(left), contentHash(right)) === 0;

/**
 * Keeps one event of each identity, the earliest. A repeat with the same content is dropped;
 * one with other content is a `conflict`. Content is hashed for repeats only, which are rare.
 */
export const dropRepeats = (unpacked: readonly PackedEvent[]): Unpacked => {
  const kept = new Map<string, PackedEvent>();
  const conflicts: PackedPoison[] = [];
  for (const candidate of unpacked) {
    const identity = identityOf(candidate.event);
    const known = kept.get(identity);
    if (known === undefined) {
      kept.set(identity, candidate);
      continue;
    }
    const [first, later] = isEarlier(candidate.event, known.event) ? [candidate, known] : [known, candidate];
    kept.set(identity, first);
    if (!sameContent(first.event, later.event)) {
      const poison = poisonOf(later.event, 'conflict', 'the id was used before for an event with other content');
      conflicts.push({ poison, pack: later.pack });
    }
  }
  return { events: [...kept.values()], poison: conflicts };
};
