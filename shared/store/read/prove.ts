import { StoreUnavailable } from '../../domain/errors.ts';
import { readCommit } from '../commits/read-commit.ts';
import type { StoreState } from '../commits/state.ts';
import type { FileReading } from '../files.ts';
import { readCheckpoint } from '../log/checkpoint.ts';
import { leafAt } from '../log/proofs.ts';
import { proveEvent } from '../log/prove-event.ts';
import { createTileSource } from '../log/tiles/source.ts';

/** Tiles are written right after their commit: older checkpoints than these have theirs, or something is wrong. */
const mostCheckpoints = 5;

/** The newest signed checkpoints that cover a position, the newest first. */
async function* checkpointsBack(files: FileReading, store: string, state: StoreState): AsyncGenerator<string> {
  yield state.checkpoint;
  for (let number = state.number - 1; number > Math.max(0, state.number - mostCheckpoints); number--) {
    const found = await readCommit(files, store, number);
    if (found) yield found.commit.checkpoint;
  }
}

/**
 * Proves an event against the newest checkpoint whose tiles are there.
 * @param leaf undefined when the event expired: its hash is then as the log's tiles have it.
 * @returns a C2SP tlog-proof.
 * @throws LogDamaged when event, tiles and checkpoint do not fit together; StoreUnavailable when tiles can't be read for now.
 */
export const prove = async (
  files: FileReading,
  store: string,
  state: StoreState,
  { position, leaf }: { readonly position: number; readonly leaf: Uint8Array | undefined },
): Promise<string> => {
  const tiles = createTileSource(files, store);
  let missing: unknown;
  for await (const checkpoint of checkpointsBack(files, store, state)) {
    const { size } = readCheckpoint(checkpoint);
    if (size <= position) break;
    try {
      return await proveEvent(tiles, { position, leaf: leaf ?? (await leafAt(tiles, size, position)), checkpoint });
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      missing ??= error;
    }
  }
  throw missing;
};
