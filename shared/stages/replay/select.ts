import type { LetterId } from '../../domain/ids.ts';
import type { LetterFound, QuarantinedLetter, QuarantineStore } from '../../store/quarantine/port.ts';
import type { CallBudget } from './budget.ts';
import { type MaySee, matches, type Selection } from './selection.ts';

/** What a selection comes upon, in ascending order of ids. */
export type Selected =
  | { readonly kind: 'letter'; readonly letter: QuarantinedLetter }
  /** Named, and not there or not for this caller. */
  | { readonly kind: 'absent'; readonly letterId: LetterId }
  /** Its file is damaged. */
  | { readonly kind: 'unreadable'; readonly letterId: LetterId };

/** Most letters that one call reads in search of those that match. */
const mostRead = 1_000;

/** Letters read at a time: a share answers several requests sooner than one after another. */
const readsAtOnce = 16;

/** Ids in groups that are read together; as many as may be needed at the least, so that a small page reads little. */
async function* groups(ids: AsyncIterable<LetterId> | Iterable<LetterId>, size: number): AsyncGenerator<LetterId[]> {
  let group: LetterId[] = [];
  for await (const letterId of ids) {
    group.push(letterId);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

const named = ({ letterIds, after }: Selection): readonly LetterId[] | undefined =>
  letterIds && [...new Set(letterIds)].filter((letterId) => after === undefined || letterId > after).sort();

/** What to do with what was found under an id; undefined when the selection does not mean it. */
const judge = (letterId: LetterId, found: LetterFound, selection: Selection, maySee: MaySee): Selected | undefined => {
  const isNamed = selection.letterIds !== undefined;
  const absent = isNamed ? ({ kind: 'absent', letterId } as const) : undefined;
  if (found.kind === 'absent') return absent;
  // Whose a damaged letter is nobody can tell: it is for those who may see all.
  if (found.kind === 'unreadable') return maySee({}) ? found : absent;
  const letter = found.found;
  if (!maySee(letter.head)) return absent;
  if (!matches(letter, selection.filter)) return undefined;
  // A listing may be older than a settlement.
  if (!isNamed && selection.state === 'open' && letter.settlement !== undefined) return undefined;
  return { kind: 'letter', letter };
};

/** A step of {@link select}: how far it came, and what it found there, if that is meant. */
export interface Step {
  readonly at: LetterId;
  readonly selected: Selected | undefined;
}

/**
 * Goes through the letters of a selection. Ends by itself behind the last one; also after it read {@link mostRead} letters or the
 * budget is used up, in which case `hasMore` says so. The consumer stops it when it has enough.
 * @throws StoreUnavailable
 */
export async function* select(
  store: QuarantineStore,
  selection: Selection,
  maySee: MaySee,
  budget: CallBudget,
): AsyncGenerator<Step, { readonly hasMore: boolean }> {
  const ids = named(selection) ?? store.ids(selection.state, selection.after);
  let read = 0;
  for await (const group of groups(ids, Math.min(readsAtOnce, selection.limit))) {
    if (read >= mostRead || (read > 0 && !budget.isLeft())) return { hasMore: true };
    const found = await Promise.all(group.map((letterId) => store.read(letterId)));
    read += group.length;
    for (const [index, letterId] of group.entries()) {
      const each = found[index];
      if (each !== undefined) yield { at: letterId, selected: judge(letterId, each, selection, maySee) };
    }
  }
  return { hasMore: false };
}
