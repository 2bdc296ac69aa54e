import path from 'node:path';
import type { FilePublishing } from '../files.ts';
import type { DurableFolders } from '../folders.ts';
import { publish, publishExclusive } from '../publish.ts';
import { type Commit, encodeLogFile } from './format.ts';
import { commitPath, snapshotPath } from './names.ts';
import { readIfThere } from './read-commit.ts';
import { type StoreState, snapshotOf } from './state.ts';
import { supersededSnapshots } from './superseded-snapshots.ts';

/** Where and with what commits are written. */
export interface CommitWriting {
  /** The store's folder. */
  readonly folder: string;
  readonly files: FilePublishing;
  readonly folders: DurableFolders;
  /** Names for temporaries; no two attempts share one. */
  readonly uniqueName: () => string;
}

/**
 * Gives the commit its number, if nobody else has. Who loses reads the winner's and tries again with the next number.
 * @throws StoreUnavailable when it is unknown whether the number was taken: catching up tells.
 */
export const publishCommit = (writing: CommitWriting, commit: Commit): Promise<'published' | 'taken'> => {
  const { folder, files, folders, uniqueName } = writing;
  const publication = {
    store: folder,
    temporaryName: `${uniqueName()}.commit`,
    target: commitPath(commit.number),
    bytes: encodeLogFile(commit),
  };
  return publishExclusive(files, publication, folders);
};

/**
 * Publishes the snapshot of a state, unless it is there, and removes those that it supersedes. Its bytes follow from the commits alone, so that whoever passes
 * the same commit writes the same.
 * @throws StoreUnavailable
 */
export const publishSnapshot = async (writing: CommitWriting, state: StoreState): Promise<void> => {
  const { folder, files, folders, uniqueName } = writing;
  const target = snapshotPath(state.number);
  // What can't be looked at now is written; equal bytes are no conflict.
  if ((await readIfThere(files, folder, target).catch(() => undefined)) !== undefined) return;
  const bytes = encodeLogFile(snapshotOf(state));
  await publish(files, { store: folder, temporaryName: `${uniqueName()}.snapshot`, target, bytes }, folders);
  for (const old of supersededSnapshots(state.number)) {
    // One that stays takes room, and no harm is done: nobody relies on its being there or not.
    await files.unlink(path.join(folder, snapshotPath(old))).catch(() => {});
  }
};
