import path from 'node:path';
import { MalformedNote, UntrustedNote } from '../../domain/errors.ts';
import { readIfThere } from '../commits/read-commit.ts';
import { type FileReading, isAbsent, isGone } from '../files.ts';
import { type Checkpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import type { VerifierKey } from '../log/note/verifier-key.ts';
import { checkpointPath } from '../seal/guard.ts';
import { reasonOf, type Witness } from './finding.ts';
import type { SignedHeads } from './heads.ts';

/** A checkpoint that was signed at some time, as text. */
export interface FoundCheckpoint {
  /** As findings name it. */
  readonly file: string;
  readonly note: string;
  /** The size that its name promises, if it does. */
  readonly sizeInName: number | undefined;
}

export interface CheckpointPlaces {
  readonly files: FileReading;
  readonly store: string;
  /** Where checkpoints are kept outside the store, if anywhere. */
  readonly folder: string | undefined;
  /** A checkpoint that the user holds. */
  readonly given: string | undefined;
}

const keptForm = /^(\d{16})-\d{4}-\d\d-\d\d\.checkpoint$/;

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

const readKept = async ({ files, folder }: CheckpointPlaces): Promise<readonly FoundCheckpoint[]> => {
  if (folder === undefined) return [];
  const found: FoundCheckpoint[] = [];
  // Until the first seal it is not there.
  const names = await files.list(folder).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  for (const name of [...names].sort()) {
    const size = keptForm.exec(name)?.[1];
    if (size === undefined) continue;
    const file = path.join(folder, name);
    try {
      found.push({ file, note: textOf(await files.read(file)), sizeInName: Number(size) });
    } catch (error) {
      // A smaller one of the same day goes when a larger one comes.
      if (!isGone(error)) throw error;
    }
  }
  return found;
};

/**
 * All checkpoints beside those in commits: the store's newest, those that are kept outside of it, and the user's. Read them before the log, which
 * must not look short by what is committed in between.
 * @throws the system's error
 */
export const readCheckpoints = async (places: CheckpointPlaces): Promise<readonly FoundCheckpoint[]> => {
  const { files, store, given } = places;
  const hint = await readIfThere(files, store, checkpointPath);
  const found: FoundCheckpoint[] = [...(await readKept(places))];
  if (hint !== undefined) found.push({ file: checkpointPath, note: textOf(hint), sizeInName: undefined });
  if (given !== undefined) found.push({ file: given, note: textOf(await files.read(given)), sizeInName: undefined });
  return found;
};

const opened = ({ note, sizeInName }: FoundCheckpoint, trusted: readonly VerifierKey[]): Checkpoint => {
  const checkpoint = verifyCheckpoint(note, trusted);
  if (sizeInName !== undefined && checkpoint.size !== sizeInName) {
    throw new MalformedNote(`it signs ${checkpoint.size} events, and its name says ${sizeInName}`);
  }
  return checkpoint;
};

/** Adds checkpoints to the heads that the tree is compared with; tells of those that no key vouches for, or that sign more than there is. */
export const addCheckpoints = (
  found: readonly FoundCheckpoint[],
  trusted: readonly VerifierKey[],
  size: number,
  heads: SignedHeads,
  witness: Witness,
): void => {
  for (const checkpoint of found) {
    const { file } = checkpoint;
    try {
      const head = opened(checkpoint, trusted);
      if (head.size <= size) {
        heads.addCheckpoint({ size: head.size, root: head.root, source: file });
        continue;
      }
      const reason = `the log has ${size} events, and the checkpoint in ${file} signs ${head.size}: the last ones were cut off`;
      witness.found({ kind: 'missing', file: 'log/commits', position: size, lastPosition: head.size - 1, reason });
    } catch (error) {
      if (!(error instanceof MalformedNote || error instanceof UntrustedNote)) throw error;
      witness.found({ kind: 'changed', file, reason: reasonOf(error) });
    }
  }
};
