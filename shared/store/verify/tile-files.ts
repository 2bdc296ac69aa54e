import path from 'node:path';
import type { FileReading } from '../files.ts';
import { hashBytes } from '../log/node-hash.ts';
import {
  fullWidth,
  hashesOnLevel,
  type TileCoordinates,
  tilePath,
  tileRoot,
  tileWidth,
} from '../log/tiles/coordinates.ts';
import { findTile } from '../log/tiles/source.ts';
import { listFolder } from './list-folder.ts';

/** A file below `log/tile`; without coordinates where its name is not a tile's. */
export interface TileFile {
  readonly file: string;
  readonly tile: TileCoordinates | undefined;
  readonly width: number;
}

const levelForm = /^\d{1,2}$/;
const groupForm = /^x(\d{3})$/;
const fullForm = /^\d{3}$/;
const partialForm = /^(\d{3})\.p$/;

const asTile = (file: string, level: number, index: number, width: number): TileFile => {
  const tile = { level, index };
  const named = width > 0 && width <= fullWidth && tilePath(tile, width) === file;
  return { file, tile: named ? tile : undefined, width };
};

async function* filesIn(
  files: FileReading,
  store: string,
  folder: string,
  level: number,
  above: number,
): AsyncGenerator<TileFile> {
  for (const name of (await listFolder(files, store, folder)) ?? []) {
    const file = path.join(folder, name);
    const group = groupForm.exec(name)?.[1];
    const partial = partialForm.exec(name)?.[1];
    if (group !== undefined) {
      yield* filesIn(files, store, file, level, above * 1000 + Number(group));
    } else if (partial !== undefined) {
      const index = above * 1000 + Number(partial);
      for (const width of (await listFolder(files, store, file)) ?? []) {
        yield asTile(path.join(file, width), level, index, /^\d{1,3}$/.test(width) ? Number(width) : 0);
      }
    } else {
      yield asTile(file, level, above * 1000 + Number(name), fullForm.test(name) ? fullWidth : 0);
    }
  }
}

/** All files below `log/tile`. @throws the system's error */
export async function* tileFiles(files: FileReading, store: string): AsyncGenerator<TileFile> {
  for (const name of (await listFolder(files, store, tileRoot)) ?? []) {
    const folder = path.join(tileRoot, name);
    if (levelForm.test(name)) yield* filesIn(files, store, folder, Number(name), 0);
    else yield { file: folder, tile: undefined, width: 0 };
  }
}

/** Whether a tree of `size` leaves has had a tile of this width. */
export const isWithin = (tile: TileCoordinates, width: number, size: number): boolean =>
  tile.index * fullWidth + width <= hashesOnLevel(tile.level, size);

/**
 * Whether a tile that is not full holds the first hashes of the one that took its place, which was compared with the events.
 * @throws StoreUnavailable, LogDamaged, or the system's error
 */
export const isBeginning = async (
  files: FileReading,
  store: string,
  tile: TileCoordinates,
  width: number,
  size: number,
): Promise<boolean> => {
  const bytes = await files.read(path.join(store, tilePath(tile, width)));
  if (bytes.length !== width * hashBytes) return false;
  const now = await findTile(files, store, tile, tileWidth(tile, size));
  if (now === undefined) return true;
  return Buffer.compare(bytes, now.hashes.subarray(0, bytes.length)) === 0;
};
