import type { QuarantinedLetter, QuarantineStore } from '../../store/quarantine/port.ts';
import type { Outcome } from './outcome.ts';
import type { Selected } from './select.ts';

/** Does something with an open letter. */
export type Act = (letter: QuarantinedLetter) => Promise<Outcome>;

/** What can be said of a selected letter before anything is done; `act` does the rest. */
export const actOnOpen =
  (store: Pick<QuarantineStore, 'settlementOf'>, act: Act) =>
  async (selected: Selected): Promise<Outcome> => {
    if (selected.kind === 'absent') return { letterId: selected.letterId, outcome: 'not_found' };
    if (selected.kind === 'unreadable') {
      const detail = 'its file in quarantine is damaged: restore it from a backup';
      return { letterId: selected.letterId, outcome: 'refused', detail };
    }
    const { letter } = selected;
    const { letterId, head } = letter;
    // Looked at once more: it was read together with others, and somebody else may be at work.
    const settlement = letter.settlement ?? (await store.settlementOf(letterId));
    return settlement === undefined ? act(letter) : { letterId, outcome: 'settled_before', settlement, head };
  };
