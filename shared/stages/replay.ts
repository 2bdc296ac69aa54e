import type { LetterId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Joined } from '../queue/letters/join.ts';
import type { LetterFound, QuarantinedLetter } from '../store/quarantine/port.ts';
import { type Act, actOnOpen } from './replay/act.ts';
import { startBudget } from './replay/budget.ts';
import { createDiscard } from './replay/discard.ts';
import type { Intent, Outcome } from './replay/outcome.ts';
import { createRetry, type RetryDependencies } from './replay/retry.ts';
import type { Selected } from './replay/select.ts';
import type { MaySee, Selection } from './replay/selection.ts';
import { type Walk, walk } from './replay/walk.ts';

export interface ReplayStageDependencies extends RetryDependencies {
  readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
}

/** A letter without its record, which may be a megabyte. */
export type ListedLetter = Omit<QuarantinedLetter, 'joined'> & { readonly joined: Joined['kind'] };

const listed = (letter: QuarantinedLetter): ListedLetter => ({ ...letter, joined: letter.joined.kind });

export interface LetterPage {
  readonly letters: readonly ListedLetter[];
  /** Letters whose files are damaged: nobody can tell whether they belong to the page. */
  readonly unreadable: readonly LetterId[];
  /** Where to go on; undefined behind the last letter. A page may be short, or empty, although there is more. */
  readonly next: LetterId | undefined;
}

/** What an operator can do with quarantine. Each call ends in bounded time, however much there is. */
export interface Replay {
  /** @throws StoreUnavailable */
  list(selection: Selection, maySee: MaySee): Promise<LetterPage>;
  /** @throws StoreUnavailable */
  show(letterId: LetterId): Promise<LetterFound>;
  /** @throws StoreUnavailable | QueueUnavailable when nothing was done yet. */
  retry(selection: Selection, maySee: MaySee, intent: Intent): Promise<Walk<Outcome>>;
  /** @throws StoreUnavailable when nothing was done yet. */
  discard(selection: Selection, maySee: MaySee, intent: Intent & { readonly note: string }): Promise<Walk<Outcome>>;
}

export const createReplay = (dependencies: ReplayStageDependencies): Replay => {
  const { store, clock } = dependencies;
  const go = <Result>(selection: Selection, maySee: MaySee, visit: (selected: Selected) => Promise<Result>) =>
    walk(
      store,
      selection,
      maySee,
      startBudget(() => clock.monotonicMs()),
      visit,
    );
  const act = (selection: Selection, maySee: MaySee, each: Act) => go(selection, maySee, actOnOpen(store, each));
  return {
    list: async (selection, maySee) => {
      const { results, next } = await go(selection, maySee, async (selected) =>
        selected.kind === 'letter' ? { kind: selected.kind, letter: listed(selected.letter) } : selected,
      );
      return {
        letters: results.flatMap((each) => (each.kind === 'letter' ? [each.letter] : [])),
        unreadable: results.flatMap((each) => (each.kind === 'unreadable' ? [each.letterId] : [])),
        next,
      };
    },
    show: (letterId) => store.read(letterId),
    retry: (selection, maySee, intent) => act(selection, maySee, createRetry(dependencies, intent)),
    discard: (selection, maySee, intent) => act(selection, maySee, createDiscard(dependencies, intent)),
  };
};
