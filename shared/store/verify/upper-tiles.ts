import { hashBytes, perfectRoot } from '../log/node-hash.ts';
import { fullWidth } from '../log/tiles/coordinates.ts';
import type { Finding } from './finding.ts';
import type { ReadTile, TileReader } from './tile-reader.ts';

const tileBytes = fullWidth * hashBytes;

/** Compares the tiles above level 0 with the roots of the tiles below them, of which it holds one tile's a level. */
export class UpperTiles {
  readonly #tiles: TileReader;
  readonly #found: (finding: Finding) => void;
  /** Roots of full tiles of level 1, in order; a window each, so that of a billion events there are 15,000. */
  readonly #roots: Uint8Array[] = [];

  constructor(tiles: TileReader, found: (finding: Finding) => void) {
    this.#tiles = tiles;
    this.#found = found;
  }

  /** Takes the roots that make up the next tile of level 1, which was read already. */
  add(roots: Buffer, tile: ReadTile | undefined): void {
    this.#compare(roots, tile);
    if (roots.length === tileBytes) this.#roots.push(perfectRoot(roots));
  }

  /** @throws StoreUnavailable */
  async finish(): Promise<void> {
    let below = Buffer.concat(this.#roots);
    for (let level = 2; below.length > 0; level++) {
      const roots: Uint8Array[] = [];
      for (let at = 0; at < below.length; at += tileBytes) {
        const hashes = below.subarray(at, at + tileBytes);
        this.#compare(hashes, await this.#tiles.read({ level, index: at / tileBytes }));
        if (hashes.length === tileBytes) roots.push(perfectRoot(hashes));
      }
      below = Buffer.concat(roots);
    }
  }

  #compare(hashes: Uint8Array, tile: ReadTile | undefined): void {
    if (tile === undefined || Buffer.compare(hashes.subarray(0, tile.hashes.length), tile.hashes) === 0) return;
    this.#found({ kind: 'changed', file: tile.path, reason: 'its hashes are not those of the tiles below it' });
  }
}
