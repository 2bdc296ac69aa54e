import type { RightEdge } from '../right-edge.ts';
import { hasTiles, type TileStore, writeTiles } from './write.ts';

/** The leaf hashes of positions `[from, to)`, out of the parts that hold their events. */
export type LeavesOf = (from: number, to: number) => Promise<Uint8Array>;

/**
 * Writes the tiles that are missing below the newest commit: after a commit those of its own, and before them those that a sealer
 * left out which stopped between its commit and its tiles. Parts may only be dropped (by retention, by erasure) once this is done.
 * @param edges the right edges of the commits, the newest first; no more of them is asked for than it takes.
 */
export const completeTiles = async (
  tileStore: TileStore,
  edges: Iterable<RightEdge> | AsyncIterable<RightEdge>,
  leavesOf: LeavesOf,
): Promise<void> => {
  const missing: RightEdge[] = [];
  for await (const edge of edges) {
    missing.push(edge);
    if (await hasTiles(tileStore, edge.size)) break;
  }
  for (let at = missing.length - 1; at > 0; at--) {
    const [edge, next] = [missing[at], missing[at - 1]];
    if (edge && next) await writeTiles(tileStore, edge, await leavesOf(edge.size, next.size));
  }
};
