import path from 'node:path';
import type { LetterId } from '../../domain/ids.ts';
import type { LetterPiece } from '../../domain/letter.ts';
import { type DecodedLetter, decodeLetter } from '../../queue/letters/decode.ts';
import { joinLetter } from '../../queue/letters/join.ts';
import { type FileReading, isAbsent } from '../files.ts';
import { letterFile, lettersFolder, parseName, settlementFile } from './names.ts';
import type { LetterFound, LetterHead } from './port.ts';
import { parseSettlement, type Settlement } from './settlement.ts';

const utf8 = new TextDecoder();

/** The epoch, for a letter whose file says no time: as old as can be, so that no filter on age overlooks it. */
const unknownTime = new Date(0).toISOString();

const readIfThere = async (files: FileReading, file: string): Promise<string | undefined> => {
  try {
    return utf8.decode(await files.read(file));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
};

/** A settlement that can't be read still settles: nothing may be done twice because a disk lost some bytes. */
const unreadableSettlement: Settlement = {
  action: 'discarded',
  note: 'the settlement is damaged',
  by: 'unknown',
  at: unknownTime,
};

/** Undefined while the letter is open. @throws the system's error */
export const readSettlement = async (
  files: FileReading,
  store: string,
  letterId: LetterId,
): Promise<Settlement | undefined> => {
  const text = await readIfThere(files, path.join(store, settlementFile(letterId)));
  return text === undefined ? undefined : (parseSettlement(text) ?? unreadableSettlement);
};

/** How many pieces there are of a letter that has no file of its own; by listing, since names of pieces can't be guessed. */
const piecesOf = async (files: FileReading, store: string, letterId: LetterId): Promise<number | undefined> => {
  try {
    const names = await files.list(path.join(store, lettersFolder(letterId.slice(0, 1))));
    return names.map(parseName).find((parsed) => parsed?.letterId === letterId)?.pieces;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
};

type Texts = readonly { readonly piece: Pick<LetterPiece, 'letterId' | 'fragment'>; readonly text: string }[];

const readTexts = async (files: FileReading, store: string, letterId: LetterId): Promise<Texts> => {
  const read = async (piece: Texts[number]['piece']) => {
    const text = await readIfThere(files, path.join(store, letterFile(piece)));
    return text === undefined ? [] : [{ piece, text }];
  };
  const whole = await read({ letterId });
  if (whole.length > 0) return whole;
  const of = (await piecesOf(files, store, letterId)) ?? 0;
  const numbers = Array.from({ length: of }, (_, index) => index + 1);
  return (await Promise.all(numbers.map((number) => read({ letterId, fragment: { number, of } })))).flat();
};

const isAsNamed = ({ piece, text }: Texts[number]): DecodedLetter[] => {
  const decoded = decodeLetter(text);
  const fits =
    decoded?.letter.letterId === piece.letterId &&
    decoded.letter.fragment?.number === piece.fragment?.number &&
    decoded.letter.fragment?.of === piece.fragment?.of;
  return decoded !== undefined && fits ? [decoded] : [];
};

const headOf = ({ record: _, fragment: __, ...head }: LetterPiece): LetterHead => head;

/** Reads a letter by its id, joined where it is in pieces. @throws the system's error */
export const readLetter = async (files: FileReading, store: string, letterId: LetterId): Promise<LetterFound> => {
  const texts = await readTexts(files, store, letterId);
  if (texts.length === 0) return { kind: 'absent' };
  const [first, ...others] = texts.flatMap(isAsNamed);
  if (first === undefined) return { kind: 'unreadable', letterId };
  const joined = joinLetter([first.letter, ...others.map(({ letter }) => letter)]);
  const settlement = await readSettlement(files, store, letterId);
  return {
    kind: 'letter',
    found: {
      letterId,
      head: headOf(first.letter),
      quarantinedAt: first.quarantinedAt ?? unknownTime,
      joined,
      ...(settlement === undefined ? {} : { settlement }),
    },
  };
};
