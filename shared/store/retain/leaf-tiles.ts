import { LogDamaged } from '../../domain/errors.ts';
import type { FileReading } from '../files.ts';
import { hashBytes } from '../log/node-hash.ts';
import { fullWidth, tilePath, tileWidth } from '../log/tiles/coordinates.ts';
import { createTileSource, type TileSource } from '../log/tiles/source.ts';

/** Tiles in memory, 8 KiB each: those of two windows of the log, in which a part has its rows in another order. */
const mostTiles = 512;

/** The leaf hashes that stay when events are dropped. */
export class LeafTiles {
  readonly #source: TileSource;
  readonly #size: number;
  readonly #tiles = new Map<number, Uint8Array>();

  /** @param size of the log; its tiles are there. */
  constructor(files: FileReading, store: string, size: number) {
    this.#source = createTileSource(files, store);
    this.#size = size;
  }

  /**
   * Makes sure that a tile has the hash of an event: once the event is dropped, nothing else does.
   * @throws LogDamaged naming the tile when it has another one; StoreUnavailable when it is not there
   */
  async require(position: number, leaf: Uint8Array): Promise<void> {
    const index = Math.floor(position / fullWidth);
    const hashes = this.#tiles.get(index) ?? (await this.#read(index));
    const at = (position - index * fullWidth) * hashBytes;
    if (Buffer.compare(hashes.subarray(at, at + hashBytes), leaf) === 0) return;
    const tile = { level: 0, index };
    const reason = `it has another hash at position ${position} than the event there, which therefore stays`;
    throw new LogDamaged(tilePath(tile, tileWidth(tile, this.#size)), reason);
  }

  async #read(index: number): Promise<Uint8Array> {
    const tile = { level: 0, index };
    const hashes = await this.#source.read(tile, tileWidth(tile, this.#size));
    if (this.#tiles.size === mostTiles) this.#tiles.clear();
    this.#tiles.set(index, hashes);
    return hashes;
  }
}
