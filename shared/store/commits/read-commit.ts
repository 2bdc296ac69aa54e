import path from 'node:path';
import { type FilePublishing, type FileReading, systemCode } from '../files.ts';
import { type Commit, decodeCommit } from './format.ts';
import { commitPath } from './names.ts';

/** Reading commits: names that must survive a power loss are synced before anybody relies on them. */
export type CommitReading = Pick<FileReading, 'read'> & Pick<FilePublishing, 'syncFolder'>;

/** NFS forgets a handle now and then; the name is still good, since a commit is never removed. */
const mostAttempts = 5;

/**
 * A file's bytes, or undefined when the name is not there.
 * @throws the system's error otherwise.
 */
export const readIfThere = async (
  files: Pick<FileReading, 'read'>,
  store: string,
  file: string,
): Promise<Uint8Array | undefined> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await files.read(path.join(store, file));
    } catch (error) {
      const code = systemCode(error);
      if (code === 'ENOENT') return undefined;
      if (code !== 'ESTALE' || attempt === mostAttempts) throw error;
    }
  }
};

export interface ReadCommit {
  readonly commit: Commit;
  readonly bytes: Uint8Array;
}

/** @throws LogDamaged, or the system's error. */
export const readCommit = async (
  files: Pick<FileReading, 'read'>,
  store: string,
  number: number,
): Promise<ReadCommit | undefined> => {
  const file = commitPath(number);
  const bytes = await readIfThere(files, store, file);
  return bytes && { commit: decodeCommit(file, bytes, number), bytes };
};
