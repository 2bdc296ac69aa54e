import type { SealBatch } from './batch.ts';
import type { DistinctEvents } from './drop-known.ts';

const none = -1;

/** Keeps one event of each identity, the earliest; a repeat with the same content is dropped, with other content it is disputed. */
export const dropRepeats = (batch: SealBatch, events: Uint32Array): DistinctEvents => {
  const { list, placeOf } = batch.keys;
  const first = new Int32Array(list.count).fill(none);
  let count = 0;
  for (const event of events) {
    const place = placeOf[event] ?? 0;
    const known = first[place] ?? none;
    if (known === none) count++;
    if (known === none || batch.isEarlier(event, known)) first[place] = event;
  }
  if (count === events.length) return { events, repeats: 0, disputed: [] };
  const keptOf = (event: number): number => first[placeOf[event] ?? 0] ?? none;
  const disputed = Array.from(events)
    .filter((event) => !batch.isSame(keptOf(event), event))
    .map((event) => ({ event, heldBy: batch.contentOf(keptOf(event)) }));
  return {
    events: events.filter((event) => keptOf(event) === event),
    repeats: events.length - count - disputed.length,
    disputed,
  };
};
