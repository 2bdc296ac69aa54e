import { hashBytes, hashChildren, perfectRoot } from './node-hash.ts';
import { consistencyRanges, inclusionRanges, type PerfectSubtree, perfectSubtrees, type Range } from './subtrees.ts';
import { type TileCoordinates, tileOfSubtree, tileWidth } from './tiles/coordinates.ts';
import type { TileSource } from './tiles/source.ts';

const keyOf = ({ level, index }: TileCoordinates): string => `${level}/${index}`;

/** Reads each tile that some subtrees lie in once, all of them at the same time. */
const loadTiles = async (
  source: TileSource,
  size: number,
  subtrees: readonly PerfectSubtree[],
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const tiles = new Map(subtrees.map((subtree) => tileOfSubtree(subtree)).map((tile) => [keyOf(tile), tile]));
  return new Map(
    await Promise.all(
      [...tiles].map(async ([key, tile]) => [key, await source.read(tile, tileWidth(tile, size))] as const),
    ),
  );
};

/** The hash of a perfect subtree, out of the one tile that holds it or what it is made of. */
const subtreeHash = (tiles: ReadonlyMap<string, Uint8Array>, subtree: PerfectSubtree): Uint8Array => {
  const tile = tileOfSubtree(subtree);
  const hashes = tiles.get(keyOf(tile));
  if (hashes === undefined) throw new Error(`tile ${keyOf(tile)} was not loaded`);
  const from = tile.first * hashBytes;
  return Uint8Array.from(perfectRoot(hashes.subarray(from, from + tile.count * hashBytes)));
};

/** The hashes of some nodes of the tree of this size. */
const hashesOf = async (source: TileSource, size: number, ranges: readonly Range[]): Promise<readonly Uint8Array[]> => {
  const subtrees = ranges.map(perfectSubtrees);
  const tiles = await loadTiles(source, size, subtrees.flat());
  return subtrees.map((parts) =>
    parts.map((part) => subtreeHash(tiles, part)).reduceRight((right, left) => hashChildren(left, right)),
  );
};

const requireWithin = (size: number, position: number): void => {
  if (!(Number.isSafeInteger(position) && position >= 0 && position < size)) {
    throw new RangeError(`position ${position} is not within a log of ${size} events`);
  }
};

/**
 * Proves that the event at a position is in the tree of the first `size` events (RFC 6962, section 2.1.1): the hashes
 * beside its way to the root, the leaf's sibling first. Reads at most two tiles for each factor of 256 in `size`.
 * @throws RangeError when the position is not within the tree.
 * @throws LogDamaged, StoreUnavailable as the source does.
 */
export const inclusionProof = async (
  source: TileSource,
  size: number,
  position: number,
): Promise<readonly Uint8Array[]> => {
  requireWithin(size, position);
  return hashesOf(source, size, inclusionRanges(size, position));
};

/**
 * Proves that the tree of `from` events is the beginning of the one of `to` (RFC 6962, section 2.1.2). Anything extends the empty tree,
 * which takes no proof.
 * @throws RangeError when `from` is larger than `to`.
 * @throws LogDamaged, StoreUnavailable as the source does.
 */
export const consistencyProof = async (
  source: TileSource,
  from: number,
  to: number,
): Promise<readonly Uint8Array[]> => {
  if (from === 0) return [];
  requireWithin(to + 1, from);
  return hashesOf(source, to, consistencyRanges(from, to));
};

/** The leaf hash at a position, as the log has it. @throws as {@link inclusionProof} does. */
export const leafAt = async (source: TileSource, size: number, position: number): Promise<Uint8Array> => {
  requireWithin(size, position);
  const [leaf] = await hashesOf(source, size, [{ from: position, to: position + 1 }]);
  if (leaf === undefined) throw new Error('one range has one hash');
  return leaf;
};
