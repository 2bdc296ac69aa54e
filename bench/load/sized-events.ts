import { createRandom, shuffled } from '../measure/random.ts';
import type { SourceEvent } from './source-events.ts';

/** Sizes of events in bytes by their quantiles, ascending from share 0 to share 1; between two it is linear. */
export type EventSizes = readonly (readonly [share: number, bytes: number])[];

/** The size below which `share` (0 to 1) of the events lies. */
export const sizeAt = (sizes: EventSizes, share: number): number => {
  const above = sizes.findIndex(([each]) => each >= share);
  const [highShare, high] = sizes[above] ?? sizes.at(-1) ?? [1, Number.NaN];
  const [lowShare, low] = sizes[above - 1] ?? [highShare, high];
  return highShare === lowShare ? high : low + ((high - low) * (share - lowShare)) / (highShare - lowShare);
};

/** Which event gets which size: not in order, and the same in every run. */
const seed = 1;

/** What stands around a note in a payload. */
const [noteStart, noteEnd] = ['{"note":"', '"}'];

/** Words of the events themselves, so that a note compresses as they do; nothing that JSON would escape, and one byte a character. */
const wordsOf = (events: readonly SourceEvent[]): string =>
  events.map(({ payload }) => payload.replace(/[^a-zA-Z0-9 .,:-]+/g, ' ')).join(' ');

/**
 * Gives events sizes of a distribution: their envelopes stay, their payloads become notes of the length that is left, cut from the text of
 * all of them. Sizes below what an envelope takes, some 250 bytes, come out as that.
 */
export const sizedEvents = (events: readonly SourceEvent[], sizes: EventSizes): readonly SourceEvent[] => {
  const words = wordsOf(events);
  const order = shuffled([...events.keys()], createRandom(seed));
  const random = createRandom(seed);
  return events.map((event, index) => {
    const wantedBytes = Math.round(sizeAt(sizes, ((order[index] ?? 0) + 0.5) / events.length));
    const envelope = event.line.slice(0, event.line.length - event.payload.length - 1);
    const noteBytes = Math.max(0, wantedBytes - Buffer.byteLength(envelope) - noteStart.length - noteEnd.length - 1);
    const from = Math.floor(random() * Math.max(1, words.length - noteBytes));
    const note = words.slice(from, from + noteBytes).padEnd(noteBytes, words);
    const payload = `${noteStart}${note}${noteEnd}`;
    return { ...event, payload, line: `${envelope}${payload}}` };
  });
};
