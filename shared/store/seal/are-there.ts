import path from 'node:path';
import type { StoreState } from '../commits/state.ts';
import { type FilePublishing, isGone } from '../files.ts';

/**
 * Whether files that were published a while ago may be named by a commit now: whoever slept for longer than the grace finds
 * what it wrote removed as an orphan.
 * @param state the newest one, which the commit will follow.
 * @throws Error the system's.
 */
export const areThere = async (
  files: FilePublishing,
  store: string,
  state: StoreState,
  paths: readonly string[],
): Promise<boolean> => {
  for (const file of paths) {
    if (state.removed.has(file)) return false;
    try {
      await files.modifiedAtMs(path.join(store, file));
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }
  return true;
};
