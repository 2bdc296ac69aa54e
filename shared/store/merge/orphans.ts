import path from 'node:path';
import { isNamed, type StoreState } from '../commits/state.ts';
import { type FilePublishing, isAbsent, isGone, systemCode } from '../files.ts';
import { runFolder } from '../known-ids/run.ts';
import { partFile } from '../level0-names.ts';
import { expiredFile, expiredRoot } from '../retain/names.ts';

const runFile = /\.run$/;

const partFolder = 'parts';

/** Names in a folder; none where it is not there. @throws Error the system's */
const namesIn = async (files: FilePublishing, store: string, folder: string): Promise<readonly string[]> => {
  try {
    return await files.list(path.join(store, folder));
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  }
};

/** Files by segment and day. */
async function* daysIn(files: FilePublishing, store: string, root: string, form: RegExp): AsyncGenerator<string> {
  for (const segment of await namesIn(files, store, root)) {
    for (const day of await namesIn(files, store, path.join(root, segment))) {
      const folder = path.join(root, segment, day);
      for (const name of await namesIn(files, store, folder)) if (form.test(name)) yield path.join(folder, name);
    }
  }
}

/** Everything that sealing, merging and retention may have published, whether a commit names it or not. */
async function* published(files: FilePublishing, store: string): AsyncGenerator<string> {
  yield* daysIn(files, store, partFolder, partFile);
  yield* daysIn(files, store, expiredRoot, expiredFile);
  for (const name of await namesIn(files, store, runFolder)) if (runFile.test(name)) yield path.join(runFolder, name);
}

/** All published files. List them before the newest commit is read: what is committed in between is then known, and no orphan. */
export const listPublished = async (files: FilePublishing, store: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const file of published(files, store)) found.push(file);
  return found;
};

/**
 * Of listed files those that no commit names and that are older than the grace: a process ended before it could commit
 * them, and nobody else knows of them. Whoever still means to commit one looks again before, see `areThere`.
 * @param state as of after the listing.
 * @throws Error the system's.
 */
export const orphansAmong = async (
  files: FilePublishing,
  store: string,
  state: StoreState,
  listed: readonly string[],
  beforeMs: number,
): Promise<readonly string[]> => {
  const orphans: string[] = [];
  for (const file of listed) {
    if (isNamed(state, file)) continue;
    try {
      if ((await files.modifiedAtMs(path.join(store, file))) < beforeMs) orphans.push(file);
    } catch (error) {
      // An old listing: it is unlinked.
      if (!isGone(error)) throw error;
    }
  }
  return orphans;
};
