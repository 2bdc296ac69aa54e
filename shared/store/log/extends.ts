import { LogInconsistent } from '../../domain/errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { consistencyProof } from './proofs.ts';
import { type RightEdge, rootOf } from './right-edge.ts';
import type { TileSource } from './tiles/source.ts';
import { verifyConsistency } from './verify-proofs.ts';

/**
 * Makes sure that the log still begins with what a checkpoint signed: a log that was cut off, or put back from an old backup, is
 * whole in itself, and only a checkpoint that was kept elsewhere tells. A log signs nothing that contradicts what it signed before
 * (C2SP tlog-checkpoint, "Signatures").
 * @param edge the log's right edge now, whose tiles are there.
 * @param whence where the checkpoint was found, for the message.
 * @throws LogInconsistent when the log is shorter than the checkpoint, or another one.
 * @throws LogDamaged, StoreUnavailable when the tiles can't be read.
 */
export const requireExtends = async (
  source: TileSource,
  edge: RightEdge,
  checkpoint: Checkpoint,
  whence: string,
): Promise<void> => {
  const { size, root } = checkpoint;
  if (size > edge.size) {
    throw new LogInconsistent(
      `The log has ${edge.size} events, and the checkpoint in ${whence} signs ${size}: events were cut off. Restore the store from a backup that is newer; sealing waits until then.`,
    );
  }
  const proof = await consistencyProof(source, size, edge.size);
  if (verifyConsistency({ from: size, fromRoot: root, to: edge.size, toRoot: rootOf(edge), proof })) return;
  throw new LogInconsistent(
    `The first ${size} events of the log are not those that the checkpoint in ${whence} signs: they were altered, or it is another log's. Restore the store from a backup; sealing waits until then.`,
  );
};
