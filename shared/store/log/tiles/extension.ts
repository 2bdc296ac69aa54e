import { hashBytes, perfectRoot } from '../node-hash.ts';
import { fullWidth, hashesOnLevel, type TileCoordinates } from './coordinates.ts';

/** A tile with its content. */
export interface Tile extends TileCoordinates {
  /** 32 bytes each, up to 256 of them. */
  readonly hashes: Uint8Array;
}

const fullBytes = fullWidth * hashBytes;

/** The levels that gain a hash when a tree grows, from the lowest. */
export const growingLevels = (sizeBefore: number, size: number): readonly number[] => {
  const levels: number[] = [];
  while (hashesOnLevel(levels.length, size) > hashesOnLevel(levels.length, sizeBefore)) levels.push(levels.length);
  return levels;
};

/**
 * The tiles that appear when leaves are appended: every one that became full, and on each level that grew the one that did not.
 * @param unfinished by level, the hashes of the tile that was not full at `sizeBefore`.
 * @param leaves the leaf hashes from `sizeBefore` on; a million of them take 32 MB, and their tiles as much again at most.
 */
export function* tilesOfExtension(
  sizeBefore: number,
  unfinished: readonly Uint8Array[],
  leaves: Uint8Array,
): Generator<Tile> {
  let added = leaves;
  for (let level = 0; added.length > 0; level++) {
    const hashes = Buffer.concat([unfinished[level] ?? new Uint8Array(), added]);
    const firstIndex = Math.floor(hashesOnLevel(level, sizeBefore) / fullWidth);
    const roots: Uint8Array[] = [];
    for (let at = 0; at < hashes.length; at += fullBytes) {
      const tile = hashes.subarray(at, at + fullBytes);
      yield { level, index: firstIndex + at / fullBytes, hashes: tile };
      if (tile.length === fullBytes) roots.push(perfectRoot(tile));
    }
    added = Buffer.concat(roots);
  }
}
