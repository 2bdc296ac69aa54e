import path from 'node:path';
import { LogDamaged, StoreUnavailable } from '../../../domain/errors.ts';
import { type FilePublishing, systemCode } from '../../files.ts';
import type { DurableFolders } from '../../folders.ts';
import { publishAll, syncAgain } from '../../publish.ts';
import { hashBytes, perfectRoot } from '../node-hash.ts';
import type { RightEdge } from '../right-edge.ts';
import { perfectSubtrees } from '../subtrees.ts';
import { fullWidth, hashesOnLevel, lastTile, tileOfSubtree, tilePath } from './coordinates.ts';
import { growingLevels, type Tile, tilesOfExtension } from './extension.ts';
import { createTileSource, findTile } from './source.ts';

/** Where tiles are written to. */
export interface TileStore {
  readonly files: FilePublishing;
  /** The store's folder. */
  readonly store: string;
  /** What the process knows of the store's folders; the same object for all that it publishes. */
  readonly folders: DurableFolders;
  /** A name that no other temporary has, of this process or another. */
  readonly uniqueName: () => string;
}

/** Published together, with one sync of their folder: 64 tiles of 8 KiB, or 16,384 events. */
const tilesAtOnce = 64;

const widthOf = ({ hashes }: Tile): number => hashes.length / hashBytes;

/**
 * Whether all tiles of the tree are there, to stay: whoever wrote the last one may have crashed before its name was synced, so that is done again.
 * @throws LogDamaged, StoreUnavailable when that can't be told.
 */
export const hasTiles = async ({ files, store, folders }: TileStore, size: number): Promise<boolean> => {
  if (size === 0) return true;
  const { width, ...tile } = lastTile(size);
  const found = await findTile(files, store, tile, width);
  if (found === undefined) return false;
  await syncAgain(files, store, [path.dirname(found.path)], folders);
  return true;
};

/** The hashes of the right edge that lie in a tile, with where their subtrees stand in it. */
const edgeWithin = (edge: RightEdge, level: number) =>
  perfectSubtrees({ from: 0, to: edge.size })
    .map((subtree, index) => ({ ...tileOfSubtree(subtree), hash: edge.hashes[index] }))
    .filter((slice) => slice.level === level);

/** A tile that is about to be continued must be the one that the tree's edge was made of. @throws LogDamaged */
const requireOnEdge = (tile: Tile, edge: RightEdge): void => {
  for (const { first, count, hash } of edgeWithin(edge, tile.level)) {
    const root = perfectRoot(tile.hashes.subarray(first * hashBytes, (first + count) * hashBytes));
    if (hash === undefined || Buffer.compare(root, hash) !== 0) {
      throw new LogDamaged(
        tilePath(tile, widthOf(tile)),
        `its hashes are not those of the tree of ${edge.size} events`,
      );
    }
  }
};

/** The tiles that were not full at the edge, on the levels that grow; nothing where a level ended with a full tile. */
const readUnfinished = (
  { files, store }: TileStore,
  edge: RightEdge,
  levels: readonly number[],
): Promise<readonly Uint8Array[]> => {
  const source = createTileSource(files, store);
  return Promise.all(
    levels.map(async (level) => {
      const width = hashesOnLevel(level, edge.size) % fullWidth;
      if (width === 0) return new Uint8Array();
      const index = Math.floor(hashesOnLevel(level, edge.size) / fullWidth);
      const hashes = await source.read({ level, index }, width);
      requireOnEdge({ level, index, hashes }, edge);
      return hashes;
    }),
  );
};

/** Says that a tile is damaged where publishing failed for that reason: tiles are the same whoever writes them. */
const requireUndamaged = async ({ files, store }: TileStore, tiles: readonly Tile[]): Promise<void> => {
  for (const tile of tiles) {
    const target = tilePath(tile, widthOf(tile));
    const found = await files.read(path.join(store, target)).catch(() => undefined);
    if (found && Buffer.compare(found, tile.hashes) !== 0) {
      throw new LogDamaged(target, 'is not what the events hash to');
    }
  }
};

const publishTiles = async (tileStore: TileStore, tiles: readonly Tile[]): Promise<void> => {
  const { files, store, folders, uniqueName } = tileStore;
  const publications = tiles.map((tile) => ({
    temporaryName: `${uniqueName()}.tile`,
    target: tilePath(tile, widthOf(tile)),
    bytes: tile.hashes,
  }));
  try {
    await publishAll(files, store, publications, folders);
  } catch (error) {
    await requireUndamaged(tileStore, tiles);
    throw error;
  }
};

/** Publishes the tiles, of all the last one last. */
const publishExtension = async (tileStore: TileStore, tiles: Iterable<Tile>, size: number): Promise<void> => {
  const last = lastTile(size);
  const held: Tile[] = [];
  let batch: Tile[] = [];
  for (const tile of tiles) {
    if (tile.level === last.level && tile.index === last.index) held.push(tile);
    else batch.push(tile);
    if (batch.length < tilesAtOnce) continue;
    await publishTiles(tileStore, batch);
    batch = [];
  }
  if (batch.length > 0) await publishTiles(tileStore, batch);
  await publishTiles(tileStore, held);
};

/**
 * Writes the tiles that a commit adds: those that its events filled, and on each level that grew the one that they did not. They follow
 * from the events, so that any sealer writes the same bytes, a repeat changes nothing, and what a crash left out is completed by the
 * next who calls this. Call it once the commit stands, with the edge of the commit before it, whose tiles must be there.
 *
 * Tiles that are not full are written too, as C2SP tlog-tiles wants it: they are the only place where the hashes below the right edge can be
 * had without reading parts again, they cost one file of at most 8 KiB on each level that grew, and `SupersededTiles` takes them away.
 * @param leaves the leaf hashes of the commit's events, in the order of their positions.
 * @throws LogDamaged when a tile is there with other hashes, StoreUnavailable when the store can't be written for now.
 */
export const writeTiles = async (tileStore: TileStore, edgeBefore: RightEdge, leaves: Uint8Array): Promise<void> => {
  if (leaves.length === 0) return;
  const size = edgeBefore.size + leaves.length / hashBytes;
  const unfinished = await readUnfinished(tileStore, edgeBefore, growingLevels(edgeBefore.size, size));
  try {
    await publishExtension(tileStore, tilesOfExtension(edgeBefore.size, unfinished, leaves), size);
  } catch (error) {
    // A writer that slept while others went on finds the folder of its last tile removed, and the full tile there.
    const removed = error instanceof StoreUnavailable && systemCode(error.cause) === 'ENOENT';
    if (!(removed && (await hasTiles(tileStore, size)))) throw error;
  }
};
