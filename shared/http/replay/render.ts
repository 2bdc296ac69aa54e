import type { LetterId } from '../../domain/ids.ts';
import type { Outcome } from '../../stages/replay/outcome.ts';
import type { Walk } from '../../stages/replay/walk.ts';
import type { LetterPage, ListedLetter } from '../../stages/replay.ts';
import type { LetterHead, QuarantinedLetter } from '../../store/quarantine/port.ts';
import { encodeCursor } from './cursor.ts';

const idsOf = ({ consultationId, eventId }: LetterHead): object => ({
  ...(consultationId === undefined ? {} : { consultation_id: consultationId }),
  ...(eventId === undefined ? {} : { event_id: eventId }),
});

const letterObject = ({ letterId, head, quarantinedAt, joined, settlement }: ListedLetter): object => ({
  letter_id: letterId,
  reason: head.reason,
  detail: head.detail,
  attempt: head.attempt,
  form: head.form,
  ...idsOf(head),
  quarantined_at: quarantinedAt,
  complete: joined === 'whole',
  state: settlement === undefined ? 'open' : 'settled',
  ...(settlement === undefined ? {} : { settlement }),
});

/** One letter, with its record where that is all there. */
export const letterAnswer = (letter: QuarantinedLetter): object => ({
  ...letterObject({ ...letter, joined: letter.joined.kind }),
  ...(letter.joined.kind === 'whole' ? { record: letter.joined.letter.record } : {}),
});

const nextOf = (next: LetterId | undefined): string | null => (next === undefined ? null : encodeCursor(next));

export const pageAnswer = ({ letters, unreadable, next }: LetterPage): object => ({
  letters: letters.map(letterObject),
  ...(unreadable.length === 0 ? {} : { unreadable }),
  next: nextOf(next),
});

const outcomeObject = ({ letterId, outcome, detail, head, settlement }: Outcome): object => ({
  letter_id: letterId,
  outcome,
  ...(detail === undefined ? {} : { detail }),
  ...(head === undefined ? {} : { reason: head.reason, attempt: head.attempt, ...idsOf(head) }),
  ...(settlement === undefined ? {} : { settlement }),
});

export const outcomesAnswer = ({ results, next }: Walk<Outcome>, dryRun: boolean): object => ({
  dry_run: dryRun,
  outcomes: results.map(outcomeObject),
  next: nextOf(next),
});
