import path from 'node:path';
import { StoreUnavailable } from '../domain/errors.ts';
import { type FilePublishing, systemCode } from './files.ts';
import { DurableFolders } from './folders.ts';

/** What a publish writes, and where. */
export interface Publication {
  /** The store's folder. */
  readonly store: string;
  /** Name under `tmp/`; unique to this attempt. */
  readonly temporaryName: string;
  /** Relative to the store's folder. */
  readonly target: string;
  readonly bytes: Uint8Array;
  /** Whether a file that already has the name is the one to be published. Default: its bytes are equal. */
  readonly isSame?: (found: Uint8Array) => boolean;
}

const equal = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

/**
 * Gives the temporary its name. An error of `link` says little on a network share: sshfs reports EPERM for EEXIST, and a
 * link whose answer was lost has happened. So the name is looked at, and its bytes decide (findings: 60 % of sshfs's losers).
 */
const linkOrFindSame = async (
  files: FilePublishing,
  temporary: string,
  target: string,
  isSame: (found: Uint8Array) => boolean,
): Promise<void> => {
  try {
    await files.link(temporary, target);
  } catch (error) {
    const found = await files.read(target).catch(() => undefined);
    if (found === undefined || !isSame(found)) throw error;
  }
};

/**
 * Publishes a file: whole or invisible, and durable when this resolves. A repeat with the same bytes succeeds.
 * @param folders what a former publish of this process learnt about the store's folders; without it all are synced again.
 * @throws StoreUnavailable with the system's error as its cause; a retry is safe after it.
 */
export const publish = async (
  files: FilePublishing,
  publication: Publication,
  folders = new DurableFolders(files, path.resolve(publication.store)),
): Promise<void> => {
  const { store, bytes, isSame = (found) => equal(found, bytes) } = publication;
  const temporary = path.join(store, 'tmp', publication.temporaryName);
  const target = path.join(store, publication.target);
  try {
    await folders.ensure('tmp');
    await folders.ensure(path.dirname(publication.target));
    try {
      await files.createExclusive(temporary, bytes);
      await linkOrFindSame(files, temporary, target, isSame);
      await files.syncFolder(path.dirname(target));
    } finally {
      // A temporary that cannot be removed now is removed by a later start; the publish itself stands or fell already.
      await files.unlink(temporary).catch(() => {});
    }
  } catch (error) {
    throw new StoreUnavailable(
      `The store at ${store} could not be written (${systemCode(error) ?? 'unknown error'}): mount it, free space or fix its permissions; if it was emptied on purpose, start again. The events wait in the queue.`,
      { cause: error },
    );
  }
};

/** Longest life of a temporary: far longer than any write, so that no living writer loses its own. */
const temporaryLifeMs = 24 * 3_600_000;

/**
 * Removes the temporaries of writers that died, by the share's own clock: its idea of now is read off a file just made.
 * Never throws: what can't be removed now is met again at the next start.
 */
export const removeStaleTemporaries = async (
  files: FilePublishing,
  store: string,
  uniqueName: string,
): Promise<void> => {
  const folder = path.join(store, 'tmp');
  const clockFile = path.join(folder, uniqueName);
  try {
    await files.makeFolder(folder);
    await files.createExclusive(clockFile, new Uint8Array());
    const nowMs = await files.modifiedAtMs(clockFile);
    for (const name of await files.list(folder)) {
      const file = path.join(folder, name);
      const age = nowMs - (await files.modifiedAtMs(file).catch(() => nowMs));
      if (age > temporaryLifeMs) await files.unlink(file).catch(() => {});
    }
  } catch {
    // An unwritable store is reported by the first publish, with what to do.
  } finally {
    await files.unlink(clockFile).catch(() => {});
  }
};
