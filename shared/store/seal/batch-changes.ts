import type { Changes } from '../commits/compose.ts';
import type { CommittedPart } from '../commits/format.ts';
import type { StoreState } from '../commits/state.ts';
import { appendLeaves } from '../log/right-edge.ts';
import type { PreparedBatch, PreparedPart } from './prepare.ts';

const placed = ({ firstOffset, lastOffset, ...part }: PreparedPart, base: number): CommittedPart => ({
  ...part,
  base_position: base,
  first_position: base + firstOffset,
  last_position: base + lastOffset,
});

/** Gives a batch its positions: those behind all that was sealed before. */
export const batchChanges = ({ tree }: StoreState, batch: PreparedBatch): Changes => ({
  added: batch.parts.map((part) => placed(part, tree.size)),
  removed: batch.sources,
  runsAdded: batch.run === undefined ? [] : [{ ...batch.run, base_position: tree.size }],
  dropped: { repeats: batch.repeats, conflicts: batch.conflicts },
  tree: appendLeaves(tree, batch.leaves),
});
