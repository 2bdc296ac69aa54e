import type { PerfectSubtree } from '../subtrees.ts';

/** Hashes in a full tile: a subtree of height 8 (C2SP tlog-tiles, "Merkle Tree"). */
export const fullWidth = 256;
const tileHeight = 8;

/** Where a tile lies: level 0 holds leaf hashes, each hash of a level above the root of a full tile of the level below. */
export interface TileCoordinates {
  readonly level: number;
  readonly index: number;
}

/** Where the hashes of a subtree lie in a tile. */
export interface TileSlice extends TileCoordinates {
  /** The first of them. */
  readonly first: number;
  readonly count: number;
}

/** How many hashes a level has in a tree of `size` leaves: its whole subtrees of 256^level leaves. */
export const hashesOnLevel = (level: number, size: number): number => Math.floor(size / fullWidth ** level);

/** How many hashes of a tile are there in a tree of `size` leaves: 256 when it is full. */
export const tileWidth = ({ level, index }: TileCoordinates, size: number): number =>
  Math.min(fullWidth, hashesOnLevel(level, size) - index * fullWidth);

/** The tile that holds the leaves of a subtree, or those of its nodes that are the roots of full tiles below. */
export const tileOfSubtree = ({ height, index }: PerfectSubtree): TileSlice => {
  const level = Math.floor(height / tileHeight);
  const count = 2 ** (height - level * tileHeight);
  const start = index * count;
  const tile = Math.floor(start / fullWidth);
  return { level, index: tile, first: start - tile * fullWidth, count };
};

/** Decimal in groups of three digits, all but the last marked with an x, so that no folder has the name of a file. */
const indexPath = (index: number): string => {
  const last = String(index % 1000).padStart(3, '0');
  let groups = last;
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups = `x${String(rest % 1000).padStart(3, '0')}/${groups}`;
  }
  return groups;
};

/** The folder of a level's tiles, relative to the store's. */
export const tileRoot = 'log/tile';

/**
 * Where a tile lies, relative to the store's folder: `log/` is the prefix that C2SP tlog-tiles speaks of, so that any web server
 * on that folder serves a log that its clients can audit.
 * @param width hashes in it; one that is not full has its width in its name.
 */
export const tilePath = ({ level, index }: TileCoordinates, width: number = fullWidth): string =>
  `${tileRoot}/${level}/${indexPath(index)}${width === fullWidth ? '' : `.p/${width}`}`;

/**
 * The tile that is written last, and so tells that the others are there: the rightmost of level 0, whose name, unlike that of any other, no
 * smaller tree has.
 */
export const lastTile = (size: number): TileCoordinates & { readonly width: number } => {
  const index = Math.ceil(size / fullWidth) - 1;
  return { level: 0, index, width: size - index * fullWidth };
};
