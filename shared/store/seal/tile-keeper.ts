import type { CommitLog } from '../commits/commit-log.ts';
import { readCommit } from '../commits/read-commit.ts';
import { type StoreState, treeFromFile } from '../commits/state.ts';
import type { RangeReading } from '../files.ts';
import { emptyEdge, type RightEdge } from '../log/right-edge.ts';
import { completeTiles, type LeavesOf } from '../log/tiles/complete.ts';
import type { TileStore } from '../log/tiles/write.ts';
import { readLeaves } from './read-leaves.ts';

/** The right edges after each commit, the newest first. */
async function* edgesBack(tiles: TileStore, newest: StoreState): AsyncGenerator<RightEdge> {
  yield newest.tree;
  for (let number = newest.number - 1; number > 0; number--) {
    const found = await readCommit(tiles.files, tiles.store, number);
    if (found) yield treeFromFile(found.commit.tree);
  }
  yield emptyEdge;
}

/** Leaf hashes that are in memory still, since their commit was made here. */
export interface FreshLeaves {
  readonly from: number;
  readonly leaves: Uint8Array;
}

/** Where tiles are written to, and the parts that they can be made from again. */
export type KeptTiles = TileStore & { readonly files: RangeReading };

/** Keeps the log's tiles up with its commits, whoever made those: tiles are written after the commit, and a crash may leave them out. */
export class TileKeeper {
  readonly #tiles: KeptTiles;
  readonly #log: CommitLog;
  /** The commit that all tiles are known to be there for. */
  #complete = 0;

  constructor(tiles: KeptTiles, log: CommitLog) {
    this.#tiles = tiles;
    this.#log = log;
  }

  /**
   * Writes what is missing up to the newest commit.
   * @throws LogDamaged, PartDamaged, StoreUnavailable, or the system's error.
   */
  async complete(fresh?: FreshLeaves): Promise<void> {
    const { state } = this.#log;
    if (state.number === this.#complete) return;
    const leavesOf: LeavesOf = async (from, to) => {
      const inMemory = fresh && fresh.from === from && fresh.leaves.length === (to - from) * 32;
      return inMemory ? fresh.leaves : readLeaves(this.#tiles.files, this.#tiles.store, state, from, to);
    };
    await completeTiles(this.#tiles, edgesBack(this.#tiles, state), leavesOf);
    this.#complete = state.number;
  }
}
