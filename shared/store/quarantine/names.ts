import path from 'node:path';
import type { LetterId } from '../../domain/ids.ts';
import { isLetterId, type LetterPiece } from '../../domain/letter.ts';

/**
 * Where letters and settlements lie, relative to the store's folder:
 *
 * ```
 * quarantine/letters/<first digit>/<letter id>.json             a letter
 * quarantine/letters/<first digit>/<letter id>.<n>-of-<m>.json  a piece of one whose record fits no message
 * quarantine/settled/<first digit>/<letter id>.json             what was done with it
 * ```
 *
 * A letter's file is never changed or removed; an open letter is one without a settlement. Ids are hashes, so that their first
 * digit spreads them evenly: of 100,000 letters a folder holds 6,250.
 */
export const shards: readonly string[] = [...'0123456789abcdef'];

const shardOf = (letterId: LetterId): string => letterId.slice(0, 1);

/** The folders of a shard's letters and settlements. */
export const lettersFolder = (shard: string): string => path.join('quarantine', 'letters', shard);
export const settledFolder = (shard: string): string => path.join('quarantine', 'settled', shard);

export const letterFile = ({ letterId, fragment }: Pick<LetterPiece, 'letterId' | 'fragment'>): string => {
  const piece = fragment === undefined ? '' : `.${fragment.number}-of-${fragment.of}`;
  return path.join(lettersFolder(shardOf(letterId)), `${letterId}${piece}.json`);
};

export const settlementFile = (letterId: LetterId): string =>
  path.join(settledFolder(shardOf(letterId)), `${letterId}.json`);

const fileForm = /^([0-9a-f]{40})(?:\.(\d{1,4})-of-(\d{1,4}))?\.json$/;

/** The letter that a file's name speaks of, and how many pieces there are; undefined for any other file. */
export const parseName = (
  name: string,
): { readonly letterId: LetterId; readonly pieces: number | undefined } | undefined => {
  const [, letterId = '', , of] = fileForm.exec(name) ?? [];
  if (!isLetterId(letterId)) return undefined;
  return { letterId, pieces: of === undefined ? undefined : Number(of) };
};
