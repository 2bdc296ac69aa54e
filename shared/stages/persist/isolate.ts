import { Poison } from '../../domain/errors.ts';
import { type PackedEvent, type PackedPoison, poisonOf } from './unpack.ts';

/** Writes events as one part; throws {@link Poison} when one of them can't be written. */
export type WritePart = (events: readonly PackedEvent[]) => Promise<void>;

/**
 * Writes events as one part. When the writer calls them poison, halves them until the bad event stands alone:
 * one in 10,000 costs some fourteen small parts, and everything beside it is stored at once.
 * @returns the events that can't be written. @throws whatever else the writer throws; nothing is poison then.
 */
export const writeIsolating = async (
  events: readonly PackedEvent[],
  writePart: WritePart,
): Promise<readonly PackedPoison[]> => {
  const [first] = events;
  if (first === undefined) return [];
  try {
    await writePart(events);
    return [];
  } catch (error) {
    if (!(error instanceof Poison)) throw error;
    if (events.length === 1)
      return [{ poison: poisonOf(first.event, error.reason, error.message), packs: first.packs }];
  }
  const middle = Math.ceil(events.length / 2);
  return [
    ...(await writeIsolating(events.slice(0, middle), writePart)),
    ...(await writeIsolating(events.slice(middle), writePart)),
  ];
};
