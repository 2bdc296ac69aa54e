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
 * Keeps one event of each identity, the earliest. A repeat with the same content is dropped, one with other content is a
 * `conflict`; the message of either waits for the event that is kept: until that is stored, nobody has the id. Only repeats, which are rare, have their content hashed.
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
    kept.set(identity, { event: first.event, packs: [...first.packs, ...later.packs] });
    if (sameContent(first.event, later.event)) continue;
    const poison = poisonOf(later.event, 'conflict', 'the id was used before for an event with other content');
    conflicts.push({ poison, packs: later.packs });
  }
  return { events: [...kept.values()], poison: conflicts };
};
