import path from 'node:path';
import { StoreUnavailable } from '../domain/errors.ts';
import { type FilePublishing, type FileReplacing, systemCode } from './files.ts';
import { DurableFolders } from './folders.ts';

/** A file to publish. */
export interface NewFile {
  /** Name under `tmp/`; unique to this attempt. */
  readonly temporaryName: string;
  /** Relative to the store's folder. */
  readonly target: string;
  readonly bytes: Uint8Array;
  /** Whether a file that already has the name is the one to be published. Default: its bytes are equal. */
  readonly isSame?: (found: Uint8Array) => boolean;
}

/** What a publish writes, and where. */
export interface Publication extends NewFile {
  /** The store's folder. */
  readonly store: string;
}

const isSameAs = ({ bytes, isSame }: NewFile): ((found: Uint8Array) => boolean) =>
  isSame ?? ((found) => equal(found, bytes));

const equal = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

/** What stands under the name after an attempt to give it: these bytes, or others, and then what `link` said. */
type Linked = { readonly kind: 'ours' } | { readonly kind: 'other'; readonly error: unknown };

/**
 * Gives the temporary its name. An error of `link` says little on a network share: sshfs reports EPERM for EEXIST, and a
 * link whose answer was lost has happened. So the name is looked at, and its bytes decide (findings: 60 % of sshfs's losers).
 * @throws the error of `link` when nothing could be found under the name.
 */
const linkOrLook = async (
  files: FilePublishing,
  temporary: string,
  target: string,
  isSame: (found: Uint8Array) => boolean,
): Promise<Linked> => {
  try {
    await files.link(temporary, target);
    return { kind: 'ours' };
  } catch (error) {
    const found = await files.read(target).catch(() => undefined);
    if (found === undefined) throw error;
    return isSame(found) ? { kind: 'ours' } : { kind: 'other', error };
  }
};

const linkOrFindSame = async (
  files: FilePublishing,
  temporary: string,
  target: string,
  isSame: (found: Uint8Array) => boolean,
): Promise<void> => {
  const linked = await linkOrLook(files, temporary, target, isSame);
  if (linked.kind === 'other') throw linked.error;
};

/** In flight at a time: enough to hide a network share's round trips behind each other. */
const writesAtOnce = 8;

/** Runs `work` for each item, some at a time; when one fails no further one is begun, and all that began have ended before this rejects. */
const eachOf = async <Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> => {
  const waiting = items.values();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (failed) return;
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(writesAtOnce, items.length) }, worker));
  for (const result of ended) if (result.status === 'rejected') throw result.reason;
};

const unavailable = (store: string, error: unknown): StoreUnavailable =>
  new StoreUnavailable(
    `The store at ${store} could not be written (${systemCode(error) ?? 'unknown error'}): mount it, free space or fix its permissions; if it was emptied on purpose, start again. The events wait in the queue.`,
    { cause: error },
  );

/**
 * Makes the names in some folders of the store survive a power loss, whoever gave them.
 * @param relativeFolders relative to the store's folder.
 * @throws StoreUnavailable with the system's error as its cause.
 */
export const syncAgain = async (
  files: FilePublishing,
  store: string,
  relativeFolders: Iterable<string>,
  folders: DurableFolders,
): Promise<void> => {
  try {
    for (const folder of relativeFolders) {
      await folders.ensure(folder);
      await files.syncFolder(path.join(store, folder));
    }
  } catch (error) {
    throw unavailable(store, error);
  }
};

/**
 * Publishes files: each of them whole or invisible, and all durable when this resolves. When it fails any of them may be there.
 * A repeat with the same bytes succeeds. Each folder is synced once, however many names it gets.
 * @param folders what a former publish of this process learnt about the store's folders.
 * @throws StoreUnavailable with the system's error as its cause; a retry is safe after it.
 */
export const publishAll = async (
  files: FilePublishing,
  store: string,
  newFiles: readonly NewFile[],
  folders: DurableFolders,
): Promise<void> => {
  const temporaryOf = ({ temporaryName }: NewFile): string => path.join(store, 'tmp', temporaryName);
  const targetFolders = new Set(newFiles.map(({ target }) => path.dirname(target)));
  try {
    await folders.ensure('tmp');
    for (const folder of targetFolders) await folders.ensure(folder);
    try {
      await eachOf(newFiles, async (file) => {
        await files.createExclusive(temporaryOf(file), file.bytes);
        await linkOrFindSame(files, temporaryOf(file), path.join(store, file.target), isSameAs(file));
      });
      for (const folder of targetFolders) await files.syncFolder(path.join(store, folder));
    } finally {
      // A temporary that cannot be removed now is removed by a later start; the publish itself stands or fell already.
      await eachOf(newFiles, (file) => files.unlink(temporaryOf(file)).catch(() => {}));
    }
  } catch (error) {
    throw unavailable(store, error);
  }
};

/**
 * Publishes a file: whole or invisible, and durable when this resolves. A repeat with the same bytes succeeds.
 * @param folders what a former publish of this process learnt about the store's folders; without it all are synced again.
 * @throws StoreUnavailable with the system's error as its cause; a retry is safe after it.
 */
export const publish = (
  files: FilePublishing,
  { store, ...file }: Publication,
  folders = new DurableFolders(files, path.resolve(store)),
): Promise<void> => publishAll(files, store, [file], folders);

/**
 * Publishes a file under a name that several may want: whole or invisible, and durable when this resolves. Of all who
 * try, one wins.
 * @returns `taken` when other bytes stand under the name.
 * @throws StoreUnavailable with the system's error as its cause: whether the name was given is then unknown, and a retry
 * with the same bytes is safe.
 */
export const publishExclusive = async (
  files: FilePublishing,
  { store, temporaryName, target, bytes }: Publication,
  folders: DurableFolders,
): Promise<'published' | 'taken'> => {
  const temporary = path.join(store, 'tmp', temporaryName);
  const file = path.join(store, target);
  try {
    await folders.ensure('tmp');
    await folders.ensure(path.dirname(target));
    try {
      await files.createExclusive(temporary, bytes);
      if ((await linkOrLook(files, temporary, file, (found) => equal(found, bytes))).kind === 'other') return 'taken';
      await files.syncFolder(path.dirname(file));
      return 'published';
    } finally {
      await files.unlink(temporary).catch(() => {});
    }
  } catch (error) {
    throw unavailable(store, error);
  }
};

/**
 * Publishes a file in the place of the one that has its name: readers see the old one or the new one, whole.
 * @throws StoreUnavailable with the system's error as its cause; either may be there then.
 */
export const publishReplacing = async (
  files: FilePublishing & FileReplacing,
  { store, temporaryName, target, bytes }: Publication,
  folders: DurableFolders,
): Promise<void> => {
  const temporary = path.join(store, 'tmp', temporaryName);
  const file = path.join(store, target);
  try {
    await folders.ensure('tmp');
    await folders.ensure(path.dirname(target));
    try {
      await files.createExclusive(temporary, bytes);
      await files.rename(temporary, file);
      await files.syncFolder(path.dirname(file));
    } catch (error) {
      await files.unlink(temporary).catch(() => {});
      throw error;
    }
  } catch (error) {
    throw unavailable(store, error);
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
