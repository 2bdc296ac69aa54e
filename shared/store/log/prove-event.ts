import { LogDamaged } from '../../domain/errors.ts';
import { readCheckpoint } from './checkpoint.ts';
import { inclusionProof } from './proofs.ts';
import { fullWidth, tilePath, tileWidth } from './tiles/coordinates.ts';
import type { TileSource } from './tiles/source.ts';
import { formatTlogProof } from './tlog-proof.ts';
import { verifyInclusion } from './verify-proofs.ts';

/** An event, and where the log has it. */
export interface ProvenEvent {
  readonly position: number;
  /** As it was hashed from the event's bytes just now, not as the log has it. */
  readonly leaf: Uint8Array;
  /** The signed checkpoint that is to vouch for it. */
  readonly checkpoint: string;
}

/**
 * The proof of an event, in C2SP tlog-proof. It is checked before it is handed out, so that a damaged store answers with an error and not with a
 * proof that fails at whoever relies on it, years later.
 * @throws RangeError when the position is not within the checkpoint's tree.
 * @throws LogDamaged when event, tiles and checkpoint do not fit together; StoreUnavailable when tiles can't be read for now.
 */
export const proveEvent = async (source: TileSource, event: ProvenEvent): Promise<string> => {
  const { position, leaf, checkpoint: note } = event;
  const { size, root } = readCheckpoint(note);
  const hashes = await inclusionProof(source, size, position);
  if (!verifyInclusion({ size, root, position, leaf, proof: hashes })) {
    const tile = { level: 0, index: Math.floor(position / fullWidth) };
    throw new LogDamaged(
      tilePath(tile, tileWidth(tile, size)),
      `the event at position ${position}, or a tile above it, is not what the checkpoint of ${size} events signs`,
    );
  }
  return formatTlogProof({ position, hashes, checkpoint: note });
};
