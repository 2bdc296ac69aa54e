import path from 'node:path';
import { fullWidth, hashesOnLevel, lastTile, tilePath } from './coordinates.ts';
import type { TileStore } from './write.ts';

/** How long a reader may look for a tile that is not full after the full one is there: as long as a removed part is kept. */
const graceMs = 600_000;

const partialFolder = /^(\d{3})\.p$/;

/** Removes a folder with all that is in it. */
const removeFolder = async ({ files }: TileStore, folder: string): Promise<void> => {
  for (const name of await files.list(folder)) await files.unlink(path.join(folder, name));
  await files.removeFolder(folder);
};

/** The folders that the tiles lie in which became full of late: the one of the tile that is being filled, and the one before. */
const recentFolders = (level: number, size: number): readonly string[] => {
  const index = Math.floor(hashesOnLevel(level, size) / fullWidth);
  const folderOf = (tile: number): string => path.dirname(tilePath({ level, index: tile }));
  return [...new Set([folderOf(index), folderOf(Math.max(0, index - 1000))])];
};

/** Removes from a folder what is superseded by `nowMs` of the share's clock. @returns how many tiles that concerned */
const removeFrom = async (tileStore: TileStore, folder: string, nowMs: number): Promise<number> => {
  const { files } = tileStore;
  const names = new Set(await files.list(folder));
  let removed = 0;
  for (const name of names) {
    const full = partialFolder.exec(name)?.[1];
    if (full === undefined || !names.has(full)) continue;
    if (nowMs - (await files.modifiedAtMs(path.join(folder, full))) < graceMs) continue;
    await removeFolder(tileStore, path.join(folder, name));
    removed++;
  }
  return removed;
};

/**
 * Removes the tiles that were not full once the full one has been there for ten minutes, by the share's own clock: the newest tile tells the time.
 * No commit names them, since whoever misses one reads the full tile, which begins with the same hashes. Call it now and then; it looks
 * at the last thousand or two of tiles on each level. Never throws: what can't be removed now is met again at the next call.
 * @returns of how many tiles the forerunners were removed.
 */
export const removeSuperseded = async (tileStore: TileStore, size: number): Promise<number> => {
  const { files, store } = tileStore;
  if (size === 0) return 0;
  let removed = 0;
  try {
    const { width, ...last } = lastTile(size);
    const nowMs = await files.modifiedAtMs(path.join(store, tilePath(last, width)));
    for (let level = 0; hashesOnLevel(level, size) > 0; level++) {
      for (const folder of recentFolders(level, size)) {
        removed += await removeFrom(tileStore, path.join(store, folder), nowMs).catch(() => 0);
      }
    }
  } catch {
    // The newest tile is not there, or the share is not: whoever reads or writes next says so.
  }
  return removed;
};
