import { CommitLog } from '../../shared/store/commits/commit-log.ts';
import type { CommittedPart } from '../../shared/store/commits/format.ts';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { listLevel0 } from '../../shared/store/level0.ts';

/** The parts of a store that count. */
export interface LiveParts {
  /** In the order of their positions. */
  readonly sealed: readonly CommittedPart[];
  /** Level-0 parts that are not sealed, oldest first. */
  readonly unsealed: readonly string[];
}

/** @throws LogDamaged, StoreUnavailable, or the system's error. */
export const liveParts = async (storeDir: string): Promise<LiveParts> => {
  // Level 0 first, as readers do: what is sealed in between is then sealed, and not nowhere.
  const listed = await listLevel0(nodeStoreFiles, storeDir);
  const { parts, removed } = await new CommitLog({ folder: storeDir, files: nodeStoreFiles }).catchUp();
  return {
    sealed: [...parts.values()].sort((left, right) => left.first_position - right.first_position),
    unsealed: listed.filter((part) => !removed.has(part)),
  };
};
