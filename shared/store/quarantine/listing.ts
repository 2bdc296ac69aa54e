import path from 'node:path';
import type { LetterId } from '../../domain/ids.ts';
import { type FileReading, isAbsent } from '../files.ts';
import { lettersFolder, parseName, settledFolder, shards } from './names.ts';
import type { LetterState } from './port.ts';

/** What a shard's folders list, each letter once. */
interface Shard {
  /** In ascending order. */
  readonly letters: readonly LetterId[];
  readonly settled: ReadonlySet<LetterId>;
}

/**
 * Lists letters. A folder that is not there is empty until it was seen once; from then on it is an error: a store whose share went
 * away must not read as one without letters.
 */
export class LetterListing {
  readonly #files: FileReading;
  readonly #store: string;
  readonly #seen = new Set<string>();

  constructor(files: FileReading, store: string) {
    this.#files = files;
    this.#store = store;
  }

  /** @throws the system's error */
  async *ids(state: LetterState, after = ''): AsyncGenerator<LetterId> {
    for (const shard of shards) {
      if (shard < after.slice(0, 1)) continue;
      const { letters, settled } = await this.#list(shard);
      for (const letterId of letters) {
        if (letterId <= after) continue;
        if (state === 'all' || settled.has(letterId) === (state === 'settled')) yield letterId;
      }
    }
  }

  /** @throws the system's error */
  async countOpen(): Promise<number> {
    let open = 0;
    for (const { letters, settled } of await Promise.all(shards.map((shard) => this.#list(shard)))) {
      for (const letterId of letters) if (!settled.has(letterId)) open++;
    }
    return open;
  }

  async #list(shard: string): Promise<Shard> {
    // Settlements after letters: one that is made in between may hide a letter that is settled, never one that is open.
    const letters = await this.#idsIn(lettersFolder(shard));
    const settled = await this.#idsIn(settledFolder(shard));
    return { letters: [...letters].sort(), settled };
  }

  async #idsIn(folder: string): Promise<ReadonlySet<LetterId>> {
    try {
      const names = await this.#files.list(path.join(this.#store, folder));
      this.#seen.add(folder);
      return new Set(names.map((name) => parseName(name)?.letterId).filter((letterId) => letterId !== undefined));
    } catch (error) {
      if (isAbsent(error) && !this.#seen.has(folder)) return new Set();
      throw error;
    }
  }
}
