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
}

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
  bytes: Uint8Array,
): Promise<Linked> => {
  try {
    await files.link(temporary, target);
    return { kind: 'ours' };
  } catch (error) {
    const found = await files.read(target).catch(() => undefined);
    if (found === undefined) throw error;
    return equal(found, bytes) ? { kind: 'ours' } : { kind: 'other', error };
  }
};

const attempt = async (files: FilePublishing, publication: Publication, folders: DurableFolders): Promise<Linked> => {
  const { store, bytes } = publication;
  const temporary = path.join(store, 'tmp', publication.temporaryName);
  const target = path.join(store, publication.target);
  await folders.ensure('tmp');
  await folders.ensure(path.dirname(publication.target));
  try {
    await files.createExclusive(temporary, bytes);
    const linked = await linkOrLook(files, temporary, target, bytes);
    if (linked.kind === 'ours') await files.syncFolder(path.dirname(target));
    return linked;
  } finally {
    // A temporary that cannot be removed now is removed by a later start; the publish itself stands or fell already.
    await files.unlink(temporary).catch(() => {});
  }
};

const unavailable = (store: string, cause: unknown): StoreUnavailable =>
  new StoreUnavailable(
    `The store at ${store} could not be written (${systemCode(cause) ?? 'unknown error'}): mount it, free space or fix its permissions; if it was emptied on purpose, start again. The events wait in the queue.`,
    { cause },
  );

/**
 * Publishes a file under a name that several may want: whole or invisible, and durable when this resolves. Of all who
 * try, one wins.
 * @param folders what a former publish of this process learnt about the store's folders; without it all are synced again.
 * @returns `taken` when other bytes stand under the name.
 * @throws StoreUnavailable with the system's error as its cause: whether the name was given is then unknown, and a retry
 * with the same bytes is safe.
 */
export const publishExclusive = async (
  files: FilePublishing,
  publication: Publication,
  folders = new DurableFolders(files, path.resolve(publication.store)),
): Promise<'published' | 'taken'> => {
  try {
    return (await attempt(files, publication, folders)).kind === 'ours' ? 'published' : 'taken';
  } catch (error) {
    throw unavailable(publication.store, error);
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
  try {
    const linked = await attempt(files, publication, folders);
    if (linked.kind === 'other') throw linked.error;
  } catch (error) {
    throw unavailable(publication.store, error);
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
