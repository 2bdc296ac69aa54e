import { LogDamaged } from '../../domain/errors.ts';
import type { FileReading } from '../files.ts';
import { hashesOnLevel, lastTile, type TileCoordinates, tilePath, tileWidth } from '../log/tiles/coordinates.ts';
import { findTile } from '../log/tiles/source.ts';
import { reasonOf, type Witness } from './finding.ts';
import type { SignedHeads } from './heads.ts';

/** A tile, or what is there of it. */
export interface ReadTile {
  /** Relative to the store's folder. */
  readonly path: string;
  readonly hashes: Uint8Array;
}

export interface TileReaderOptions {
  readonly files: FileReading;
  readonly store: string;
  /** Of the log. */
  readonly size: number;
  readonly witness: Witness;
}

/** Reads that are under way at once, which hides the round trips of a network share. */
const readsAtOnce = 16;

/** Reads the tiles of a log, and tells which of them must be there and are not. */
export class TileReader {
  readonly #options: TileReaderOptions;
  /** The tiles of the tree of this size are complete. */
  readonly #completeSize: number;

  private constructor(options: TileReaderOptions, completeSize: number) {
    this.#options = options;
    this.#completeSize = completeSize;
  }

  /**
   * Finds out how far the tiles are complete: they are written after their commit, and a sealer that ended in between leaves them to the
   * next one.
   * @throws StoreUnavailable
   */
  static async open(options: TileReaderOptions, heads: SignedHeads): Promise<TileReader> {
    const { files, store, size, witness } = options;
    for (const complete of heads.sizesDescending()) {
      if (complete === 0) break;
      const { width, ...tile } = lastTile(complete);
      const found = await findTile(files, store, tile, width).catch((error: unknown) => {
        // One of a wrong length is there.
        if (error instanceof LogDamaged) return true;
        throw error;
      });
      if (!found) continue;
      if (complete < size) witness.noted({ file: 'log/tile', reason: unfinished(complete, size) });
      return new TileReader(options, complete);
    }
    if (size > 0) witness.noted({ file: 'log/tile', reason: unfinished(0, size) });
    return new TileReader(options, 0);
  }

  get size(): number {
    return this.#options.size;
  }

  /** How many hashes a level has. */
  hashesOn(level: number): number {
    return hashesOnLevel(level, this.#options.size);
  }

  /** Undefined when nothing of it is there; says so where it must be. @throws StoreUnavailable */
  async read(tile: TileCoordinates): Promise<ReadTile | undefined> {
    const { files, store, size, witness } = this.#options;
    const width = tileWidth(tile, size);
    const complete = Math.min(width, tileWidth(tile, this.#completeSize));
    if (width <= 0) return undefined;
    try {
      const found = await findTile(files, store, tile, width);
      if (found) return found;
      const earlier = complete > 0 && complete < width ? await findTile(files, store, tile, complete) : undefined;
      if (earlier) return earlier;
    } catch (error) {
      if (!(error instanceof LogDamaged)) throw error;
      witness.found({ kind: 'changed', file: error.path, reason: reasonOf(error) });
      return undefined;
    }
    if (complete > 0) {
      witness.found({ kind: 'missing', file: tilePath(tile, complete), reason: 'a tile of the log is not there' });
    }
    return undefined;
  }

  /** Consecutive tiles of a level. @throws StoreUnavailable */
  async readRow(level: number, first: number, count: number): Promise<readonly (ReadTile | undefined)[]> {
    const tiles = new Array<ReadTile | undefined>(count);
    const left = tiles.keys();
    const readOn = async (): Promise<void> => {
      for (const at of left) tiles[at] = await this.read({ level, index: first + at });
    };
    const lanes = await Promise.allSettled(Array.from({ length: readsAtOnce }, readOn));
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
    return tiles;
  }
}

const unfinished = (complete: number, size: number): string =>
  `tiles are complete for ${complete} of ${size} events; the next run of seal writes the others`;
