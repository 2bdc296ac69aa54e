import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { StoreUnsuitable } from '../domain/errors.ts';
import { type FilePublishing, systemCode } from './files.ts';

/** What `link` reports where there are no hard links: of Linux (link(2)), and of FUSE, whose servers say what they like. */
const refusals: ReadonlySet<string> = new Set(['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP']);

const unsuitable = (folder: string, code: string, cause: unknown): StoreUnsuitable =>
  new StoreUnsuitable(
    `The file system of ${folder} has no hard links (link says ${code}), and without them nothing can be published whole: put the store on one that has (FI_STORE_DIR), or mount it so that it has.`,
    { cause },
  );

/**
 * Gives a file a second name, as every publish does, and removes both.
 * @param folder the store's `tmp`, which must be there.
 * @throws StoreUnsuitable when the file system refuses second names, else the system's error.
 */
export const requireLinks = async (files: FilePublishing, folder: string): Promise<void> => {
  const file = path.join(folder, `probe-${randomUUID()}`);
  const second = `${file}-linked`;
  try {
    await files.createExclusive(file, Uint8Array.of(0));
    await files.link(file, second).catch(async (error: unknown) => {
      // As when publishing, the name tells more than the error.
      if ((await files.read(second).catch(() => undefined)) !== undefined) return;
      const code = systemCode(error) ?? '';
      throw refusals.has(code) ? unsuitable(folder, code, error) : error;
    });
  } finally {
    for (const name of [second, file]) await files.unlink(name).catch(() => {});
  }
};
