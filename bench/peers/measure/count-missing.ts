import { eventNumber } from '../../load/plan.ts';
import type { LoadRun } from '../../load/run-loads.ts';

/** How many events that some loads got an answer for are not among `ids`. */
export const countMissing = (runs: readonly LoadRun[], ids: Iterable<string>): number => {
  const held = runs.map(({ result }) => new Uint8Array(result.sentEvents));
  for (const id of ids) {
    for (const [index, { idPrefix }] of runs.entries()) {
      const number = eventNumber(idPrefix, id);
      const flags = held[index];
      if (number !== undefined && flags !== undefined && number < flags.length) flags[number] = 1;
    }
  }
  let missing = 0;
  for (const [index, { result }] of runs.entries()) {
    for (const [number, accepted] of result.accepted.entries()) {
      if (accepted === 1 && held[index]?.[number] !== 1) missing++;
    }
  }
  return missing;
};

const idPattern = /"event_id": ?"([0-9a-f-]{36})"/g;

/** The ids in events' text, whatever stands between the events. */
export function* idsIn(text: string): Generator<string> {
  for (const [, id] of text.matchAll(idPattern)) if (id !== undefined) yield id;
}
