import type { Act } from './act.ts';
import type { Intent } from './outcome.ts';
import { type SettleDependencies, settle } from './settle.ts';

/** Gives letters up, for the reason in the note. They stay in quarantine, as does the reason. */
export const createDiscard =
  (dependencies: SettleDependencies, intent: Intent & { readonly note: string }): Act =>
  (letter) =>
    settle(dependencies, letter, 'discarded', intent);
