import { fullWidth, type TileCoordinates } from '../../../../shared/store/log/tiles/coordinates.ts';
import { tilesOfExtension } from '../../../../shared/store/log/tiles/extension.ts';
import type { TileSource } from '../../../../shared/store/log/tiles/source.ts';

const keyOf = ({ level, index }: TileCoordinates): string => `${level}/${index}`;

/** The tiles of a log in memory, and which of them were read. */
export const memoryTiles = (leaves: Uint8Array): TileSource & { readonly reads: string[] } => {
  const tiles = new Map([...tilesOfExtension(0, [], leaves)].map((tile) => [keyOf(tile), tile.hashes]));
  const reads: string[] = [];
  return {
    reads,
    read: async (tile, width) => {
      const hashes = tiles.get(keyOf(tile));
      if (hashes === undefined || width < 1 || width > fullWidth)
        throw new Error(`there is no tile ${keyOf(tile)} of ${width}`);
      reads.push(keyOf(tile));
      return hashes.subarray(0, width * 32);
    },
  };
};
