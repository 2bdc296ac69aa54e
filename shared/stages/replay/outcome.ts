import type { LetterId } from '../../domain/ids.ts';
import type { LetterHead, QuarantinedLetter } from '../../store/quarantine/port.ts';
import type { Settlement, SettlementAction } from '../../store/quarantine/settlement.ts';

/**
 * What came of one letter; of a dry run, what would come of it.
 * - `retried`, `discarded`, `already_stored`: it is settled so.
 * - `settled_before`: somebody had settled it, or did so at the same time; their settlement stands.
 * - `refused`: it stays open, and `detail` says why.
 * - `not_found`: there is no such letter, or not for this caller.
 */
export const outcomeKinds = [
  'retried',
  'discarded',
  'already_stored',
  'settled_before',
  'refused',
  'not_found',
] as const satisfies readonly (SettlementAction | string)[];
export type OutcomeKind = (typeof outcomeKinds)[number];

export interface Outcome {
  readonly letterId: LetterId;
  readonly outcome: OutcomeKind;
  readonly detail?: string;
  /** The settlement that stands; absent while the letter is open, also in a dry run. */
  readonly settlement?: Settlement;
  /** Of the letter, where there is one. */
  readonly head?: LetterHead;
}

export const refused = (letter: QuarantinedLetter, detail: string): Outcome => ({
  letterId: letter.letterId,
  outcome: 'refused',
  detail,
  head: letter.head,
});

/** Who settles, and whether they mean it. */
export interface Intent {
  /** Id of the principal. */
  readonly by: string;
  readonly note?: string;
  readonly dryRun: boolean;
}
