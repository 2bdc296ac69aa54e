import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { quarantineReasons } from '../../domain/errors.ts';
import { isGenuine, isLetterId, type LetterPiece, letterIdPattern } from '../../domain/letter.ts';

/** A letter's JSON, on the queue and in the store's `quarantine/letters/`. */
const letterSchema = Type.Object(
  {
    letter_id: Type.String({ pattern: letterIdPattern }),
    reason: Type.Enum([...quarantineReasons]),
    detail: Type.String(),
    attempt: Type.Integer({ minimum: 1 }),
    form: Type.Enum(['record', 'message']),
    consultation_id: Type.Optional(Type.String()),
    event_id: Type.Optional(Type.String()),
    quarantined_at: Type.Optional(Type.String()),
    fragment: Type.Optional(Type.Integer({ minimum: 1, maximum: 9_999 })),
    fragments: Type.Optional(Type.Integer({ minimum: 2, maximum: 9_999 })),
    record: Type.String(),
  },
  { additionalProperties: false },
);

const validator = Compile(letterSchema);

/** A letter or a piece of one, and when it came into quarantine, where its text says that. */
export interface DecodedLetter {
  readonly letter: LetterPiece;
  readonly quarantinedAt: string | undefined;
}

const fragmentOf = (number: number | undefined, of: number | undefined): Pick<LetterPiece, 'fragment'> | undefined => {
  if (number === undefined && of === undefined) return {};
  if (number === undefined || of === undefined || number > of) return undefined;
  return { fragment: { number, of } };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * Reads a letter's JSON. Undefined for whatever is none, and for a whole letter whose id is not that of its content; of a
 * piece that can be said only when all are together.
 */
export const decodeLetter = (text: string): DecodedLetter | undefined => {
  const value = parseJson(text);
  if (!validator.Check(value) || !isLetterId(value.letter_id)) return undefined;
  const fragment = fragmentOf(value.fragment, value.fragments);
  if (fragment === undefined) return undefined;
  const letter: LetterPiece = {
    letterId: value.letter_id,
    reason: value.reason,
    detail: value.detail,
    attempt: value.attempt,
    form: value.form,
    record: value.record,
    ...(value.consultation_id === undefined ? {} : { consultationId: value.consultation_id }),
    ...(value.event_id === undefined ? {} : { eventId: value.event_id }),
    ...fragment,
  };
  if (letter.fragment === undefined && !isGenuine(letter)) return undefined;
  return { letter, quarantinedAt: value.quarantined_at };
};
