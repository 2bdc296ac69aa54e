import path from 'node:path';
import { type FilePublishing, systemCode } from './files.ts';

/** We may enter a folder above the store without being allowed to read it, which its sync needs. */
const mayNotRead = (error: unknown): boolean => ['EACCES', 'EPERM'].includes(systemCode(error) ?? '');

/**
 * The folders of a store that are known to survive a power loss. Each is made and synced into those above it once in the
 * life of this object, whoever made it: another writer may have crashed, or be about to, between the two.
 *
 * A folder that vanishes later is not made again: where the store was unmounted, that would put parts on the disk below
 * the mount point, out of every reader's sight.
 */
export class DurableFolders {
  readonly #files: FilePublishing;
  readonly #store: string;
  readonly #known = new Map<string, Promise<void>>();

  /** @param store the store's folder, absolute. */
  constructor(files: FilePublishing, store: string) {
    this.#files = files;
    this.#store = store;
  }

  /** Makes a folder of the store, given relative to it, and lets its name survive. @throws the system's error. */
  async ensure(folder: string): Promise<void> {
    const above = path.dirname(folder);
    if (above === '.') await this.#once('.', () => this.#makeStore(this.#store));
    else await this.ensure(above);
    await this.#once(folder, () => this.#make(path.join(this.#store, folder)));
  }

  /** Parallel publishes wait for the one that makes a folder; after a failure the next one tries again. */
  #once(folder: string, make: () => Promise<void>): Promise<void> {
    const known = this.#known.get(folder);
    if (known) return known;
    const making = make().catch((error: unknown) => {
      this.#known.delete(folder);
      throw error;
    });
    this.#known.set(folder, making);
    return making;
  }

  async #make(folder: string): Promise<void> {
    await this.#files.makeFolder(folder);
    await this.#files.syncFolder(path.dirname(folder));
  }

  /** The store's own folder, and those above it that are missing. */
  async #makeStore(folder: string): Promise<void> {
    try {
      await this.#files.makeFolder(folder);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || folder === path.dirname(folder)) throw error;
      await this.#makeStore(path.dirname(folder));
      await this.#files.makeFolder(folder);
    }
    await this.#files.syncFolder(path.dirname(folder)).catch((error: unknown) => {
      if (!mayNotRead(error)) throw error;
    });
  }
}
