import { hash } from 'node:crypto';
import type { QuarantineReason } from './errors.ts';
import type { LetterId } from './ids.ts';

/** Whether a letter holds one record of a pack, or a whole message, since no records could be told apart in it. */
export type LetterForm = 'record' | 'message';

/** What could not be stored, and why. */
export interface LetterContent {
  readonly reason: QuarantineReason;
  /** 1 for what a client sent; one more with each retry. A record that fails again is another letter. */
  readonly attempt: number;
  readonly form: LetterForm;
  /** The text of the record or message, unaltered. */
  readonly record: string;
}

/** One event, or one message that could not be read, on its way to quarantine or there. */
export interface Letter extends LetterContent {
  readonly letterId: LetterId;
  /** Why, for a person. Never carries text of the payload. */
  readonly detail: string;
  /** As far as they could be read. */
  readonly consultationId?: string;
  readonly eventId?: string;
}

/** Of a record that as JSON fits no message: which piece this is, from 1, of how many. */
export interface Fragment {
  readonly number: number;
  readonly of: number;
}

/** A letter as it travels and lies in the store: whole, or one of its pieces, whose `record` is then a piece of the record. */
export interface LetterPiece extends Letter {
  readonly fragment?: Fragment;
}

export const letterIdPattern = '^[0-9a-f]{40}$';

const letterIdForm = new RegExp(letterIdPattern);

export const isLetterId = (text: string): text is LetterId => letterIdForm.test(text);

/** Goes into every hash, so that a later layout of the fields can never be taken for this one. */
const letterFormat = 'fi-letter/1';

const idCharacters = 40;

/**
 * The id of a letter: the first 160 bits of `SHA-256(fields)`, in hex. It depends on nothing but what the letter holds, so
 * that every delivery of the same bad event gives the same letter, and pieces of one record the same id.
 */
export const letterIdOf = ({ reason, attempt, form, record }: LetterContent): LetterId =>
  // The record comes last and the other fields have no line break: no two contents give the same text.
  hash('sha256', [letterFormat, reason, attempt, form, record].join('\n'), 'hex').slice(0, idCharacters) as LetterId;

/** Whether a whole letter has the id that its content gives. */
export const isGenuine = (letter: Letter): boolean => letter.letterId === letterIdOf(letter);
