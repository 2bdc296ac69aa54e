import path from 'node:path';
import { type FilePublishing, isAbsent } from '../../files.ts';
import { fullWidth, hashesOnLevel, lastTile, tilePath } from './coordinates.ts';

export interface SupersededTilesOptions {
  readonly files: FilePublishing;
  /** The store's folder. */
  readonly store: string;
  /** How long a reader may look for a tile that is not full after the full one is there, in ms: as long as a removed part is kept. */
  readonly graceMs: number;
}

/** Tiles whose names share all digits but the last three lie in one folder. */
const tilesPerFolder = 1_000;

/** Files that are unlinked in one call at most, so that sealing goes on in between. */
const mostUnlinks = 2_000;

const partialFolder = /^(\d{3})\.p$/;

const isPartial = (name: string): boolean => partialFolder.test(name);

const folderOf = (level: number, number: number): string =>
  path.dirname(tilePath({ level, index: number * tilesPerFolder }));

/**
 * Removes the tiles that were not full once the full one has been there for the grace, by the share's own clock: the newest tile tells
 * the time. No commit names them, since whoever misses one reads the full tile, which begins with the same hashes. Sealing writes one
 * on each level that grows, commit by commit, so that without this they would outgrow the tiles where commits are small.
 */
export class SupersededTiles {
  readonly #options: SupersededTilesOptions;
  /** By level: the first folder that may hold superseded tiles; those before it are known to hold none. */
  readonly #firstFolder = new Map<number, number>();
  #unlinks = 0;

  constructor(options: SupersededTilesOptions) {
    this.#options = options;
  }

  /**
   * Call it now and then. Never throws: what can't be removed now is met again at the next call.
   * @param size events in the log, whose tiles are there
   * @returns of how many tiles the forerunners were removed
   */
  async remove(size: number): Promise<number> {
    if (size === 0) return 0;
    this.#unlinks = 0;
    let removed = 0;
    try {
      const { width, ...last } = lastTile(size);
      const nowMs = await this.#options.files.modifiedAtMs(this.#pathOf(tilePath(last, width)));
      for (let level = 0; hashesOnLevel(level, size) > 0; level++) removed += await this.#onLevel(level, size, nowMs);
    } catch {
      // The newest tile is not there, or the share is not: whoever reads or writes next says so.
    }
    return removed;
  }

  async #onLevel(level: number, size: number, nowMs: number): Promise<number> {
    const newest = Math.floor(hashesOnLevel(level, size) / fullWidth / tilesPerFolder);
    let first = this.#firstFolder.get(level) ?? (await this.#firstUntidy(level, newest));
    let removed = 0;
    for (let number = first; number <= newest; number++) {
      const { count, left } = await this.#inFolder(folderOf(level, number), nowMs);
      removed += count;
      if (left === 0 && number === first && number < newest) first++;
    }
    this.#firstFolder.set(level, first);
    return removed;
  }

  /** Folders are tidied in their order, so that before one with nothing to remove there is nothing either. */
  async #firstUntidy(level: number, newest: number): Promise<number> {
    let first = newest;
    while (first > 0 && (await this.#names(folderOf(level, first - 1))).some(isPartial)) first--;
    return first;
  }

  /** @returns of how many tiles the forerunners were removed, and of how many they are there still. */
  async #inFolder(folder: string, nowMs: number): Promise<{ readonly count: number; readonly left: number }> {
    const { files, graceMs } = this.#options;
    const names = new Set(await this.#names(folder));
    let [count, left] = [0, 0];
    for (const name of names) {
      const full = partialFolder.exec(name)?.[1];
      if (full === undefined) continue;
      left++;
      if (!names.has(full) || this.#unlinks >= mostUnlinks) continue;
      if (nowMs - (await files.modifiedAtMs(this.#pathOf(path.join(folder, full)))) < graceMs) continue;
      if (!(await this.#removeFolder(this.#pathOf(path.join(folder, name))))) continue;
      count++;
      left--;
    }
    return { count, left };
  }

  /** Removes a folder with all that is in it. @returns whether it is gone */
  async #removeFolder(folder: string): Promise<boolean> {
    const { files } = this.#options;
    try {
      for (const name of await files.list(folder)) {
        await files.unlink(path.join(folder, name));
        this.#unlinks++;
      }
      await files.removeFolder(folder);
      return true;
    } catch {
      // Another process is at it, or a writer that slept has put one back: the next call sees.
      return false;
    }
  }

  async #names(folder: string): Promise<readonly string[]> {
    try {
      return await this.#options.files.list(this.#pathOf(folder));
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  }

  #pathOf(file: string): string {
    return path.join(this.#options.store, file);
  }
}
