import path from 'node:path';
import { LogDamaged, StoreUnavailable } from '../../../domain/errors.ts';
import { type FileReading, isGone, systemCode } from '../../files.ts';
import { hashBytes } from '../node-hash.ts';
import { fullWidth, type TileCoordinates, tilePath } from './coordinates.ts';

/** Where proofs read from. */
export interface TileSource {
  /**
   * The first `width` hashes of a tile, one after another.
   * @throws StoreUnavailable when they are not there (yet) or can't be read for now.
   * @throws LogDamaged when the tile has not the length that it must have.
   */
  read(tile: TileCoordinates, width: number): Promise<Uint8Array>;
}

const readOrUndefined = async (files: FileReading, store: string, target: string): Promise<Uint8Array | undefined> => {
  try {
    return await files.read(path.join(store, target));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw new StoreUnavailable(
      `The log at ${store} could not be read (${systemCode(error) ?? 'unknown error'}): mount it or fix its permissions.`,
      { cause: error },
    );
  }
};

const requireWidth = (target: string, hashes: Uint8Array, width: number): Uint8Array => {
  if (hashes.length === width * hashBytes) return hashes;
  throw new LogDamaged(target, `has ${hashes.length} bytes where ${width} hashes take ${width * hashBytes}`);
};

/** A tile as it was found. */
export interface FoundTile {
  /** Relative to the store's folder. */
  readonly path: string;
  readonly hashes: Uint8Array;
}

/**
 * The first hashes of a tile of a store, or undefined when they are not there. A tile that is not full is looked for under its own
 * name first, then in the full one that took its place: that is what lets the former be removed without asking anybody (C2SP
 * tlog-tiles, "Partial Tiles").
 * @throws LogDamaged, StoreUnavailable as {@link TileSource.read} does.
 */
export const findTile = async (
  files: FileReading,
  store: string,
  tile: TileCoordinates,
  width: number,
): Promise<FoundTile | undefined> => {
  if (width < fullWidth) {
    const partial = tilePath(tile, width);
    const hashes = await readOrUndefined(files, store, partial);
    if (hashes) return { path: partial, hashes: requireWidth(partial, hashes, width) };
  }
  const full = tilePath(tile);
  const hashes = await readOrUndefined(files, store, full);
  if (hashes === undefined) return undefined;
  return { path: full, hashes: requireWidth(full, hashes, fullWidth).subarray(0, width * hashBytes) };
};

/** The tiles of the store in this folder. */
export const createTileSource = (files: FileReading, store: string): TileSource => ({
  read: async (tile, width) => {
    const found = await findTile(files, store, tile, width);
    if (found) return found.hashes;
    throw new StoreUnavailable(
      `${tilePath(tile, width)} is not there: the log is being written, or lacks a file; try again, and if that does not help, run "fi verify".`,
    );
  },
});
