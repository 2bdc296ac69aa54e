import path from 'node:path';
import { type FileReading, isAbsent } from './files.ts';
import { level0Shards, partFile, partIdOf } from './level0-names.ts';

/**
 * Lists level 0. A shard that is not there is empty until it was seen once; from then on it is an error: a store whose
 * share went away must not read as one that never held anything.
 */
export class Level0Listing {
  readonly #files: FileReading;
  readonly #store: string;
  readonly #seen = new Set<string>();

  constructor(files: FileReading, store: string) {
    this.#files = files;
    this.#store = store;
  }

  /** Paths relative to the store's folder, oldest part first; anything else in the folders is passed over. @throws the system's error */
  async list(): Promise<readonly string[]> {
    const listed = await Promise.all(level0Shards.map((shard) => this.#listShard(shard)));
    const oldestFirst = (left: string, right: string): number => (partIdOf(left) < partIdOf(right) ? -1 : 1);
    return listed.flat().sort(oldestFirst);
  }

  async #listShard(shard: string): Promise<readonly string[]> {
    const folder = path.join('level0', shard);
    try {
      const names = await this.#files.list(path.join(this.#store, folder));
      this.#seen.add(shard);
      return names.filter((name) => partFile.test(name)).map((name) => path.join(folder, name));
    } catch (error) {
      if (isAbsent(error) && !this.#seen.has(shard)) return [];
      throw error;
    }
  }
}
