import path from 'node:path';
import { type FilePublishing, isGone } from '../files.ts';

/**
 * Unlinks what processes that ended left in `tmp/`. No commit needs to name it: nobody reads there, and a writer that slept for
 * longer than the grace fails and tries again.
 * @param names what was found in the folder
 * @throws Error the system's.
 */
export const unlinkTemporaries = async (
  files: FilePublishing,
  store: string,
  names: readonly string[],
  beforeMs: number,
): Promise<void> => {
  for (const name of names) {
    const file = path.join(store, 'tmp', name);
    try {
      if ((await files.modifiedAtMs(file)) < beforeMs) await files.unlink(file);
    } catch (error) {
      // Its writer is faster.
      if (!isGone(error)) throw error;
    }
  }
};
