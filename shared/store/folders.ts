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
    await this.#once('', () => this.#makeStore());
    await this.#once(folder, () => this.#make(folder));
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
    await this.#files.makeFolder(path.join(this.#store, folder));
    for (let made = folder; made !== '.'; made = path.dirname(made)) {
      await this.#files.syncFolder(path.dirname(path.join(this.#store, made)));
    }
  }

  async #makeStore(): Promise<void> {
    const uppermost = (await this.#files.makeFolder(this.#store)) ?? this.#store;
    for (let made = this.#store; ; made = path.dirname(made)) {
      await this.#files.syncFolder(path.dirname(made)).catch((error: unknown) => {
        if (!mayNotRead(error)) throw error;
      });
      if (made === uppermost || made === path.dirname(made)) return;
    }
  }
}
