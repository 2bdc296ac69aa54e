import { isGenuine, type Letter, type LetterPiece } from '../../domain/letter.ts';

/** What pieces of one letter give together. */
export type Joined =
  | { readonly kind: 'whole'; readonly letter: Letter }
  /** Numbers of the pieces that are not there (yet): they travel as messages of their own. */
  | { readonly kind: 'incomplete'; readonly missing: readonly number[] }
  /** All pieces are there, and together they are not what was hashed. */
  | { readonly kind: 'altered' };

const withoutFragment = ({ fragment: _, ...letter }: LetterPiece, record: string): Letter => ({ ...letter, record });

/** Joins the pieces of one letter, in any order. */
export const joinLetter = (pieces: readonly [LetterPiece, ...LetterPiece[]]): Joined => {
  const whole = pieces.find(({ fragment }) => fragment === undefined);
  if (whole !== undefined) return { kind: 'whole', letter: whole };
  const of = pieces[0].fragment?.of ?? 0;
  const byNumber = new Map(pieces.map((piece) => [piece.fragment?.number, piece.record]));
  const numbers = Array.from({ length: of }, (_, index) => index + 1);
  const missing = numbers.filter((number) => !byNumber.has(number));
  if (missing.length > 0) return { kind: 'incomplete', missing };
  const letter = withoutFragment(pieces[0], numbers.map((number) => byNumber.get(number)).join(''));
  return isGenuine(letter) ? { kind: 'whole', letter } : { kind: 'altered' };
};
