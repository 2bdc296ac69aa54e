import path from 'node:path';
import { LogDamaged } from '../../domain/errors.ts';
import { commitPath } from '../commits/names.ts';
import { readIfThere } from '../commits/read-commit.ts';
import type { StoreState } from '../commits/state.ts';
import type { FilePublishing } from '../files.ts';
import { type Checkpoint, verifyCheckpoint } from '../log/checkpoint.ts';
import { type KeptCheckpoint, newestCheckpoint } from '../log/checkpoint-folder.ts';
import { requireExtends } from '../log/extends.ts';
import type { VerifierKey } from '../log/note/verifier-key.ts';
import { rootOf } from '../log/right-edge.ts';
import { createTileSource } from '../log/tiles/source.ts';

/** The newest checkpoint, where C2SP tlog-tiles has it; a hint, never the truth. */
export const checkpointPath = 'log/checkpoint';

export interface GuardOptions {
  readonly files: FilePublishing;
  /** The store's folder. */
  readonly store: string;
  /** Where checkpoints are kept outside the store, if anywhere. */
  readonly checkpointFolder: string | undefined;
}

/**
 * The checkpoints that the log has to agree with before it is signed again. Read them before the log: what was committed in
 * between must not look like a log that is too short.
 */
export const findCheckpoints = async (options: GuardOptions): Promise<readonly KeptCheckpoint[]> => {
  const { files, store, checkpointFolder } = options;
  const hint = await readIfThere(files, store, checkpointPath);
  const kept = checkpointFolder === undefined ? undefined : await newestCheckpoint(files, checkpointFolder);
  return [
    ...(hint === undefined
      ? []
      : [{ file: path.join(store, checkpointPath), note: Buffer.from(hint).toString('utf8') }]),
    ...(kept === undefined ? [] : [kept]),
  ];
};

/** The commit's own checkpoint must sign the tree that the next commit goes on from. @throws LogDamaged, UntrustedNote */
const requireOwn = (state: StoreState, key: VerifierKey): void => {
  const own: Checkpoint = verifyCheckpoint(state.checkpoint, [key]);
  if (own.size === state.tree.size && Buffer.compare(own.root, rootOf(state.tree)) === 0) return;
  throw new LogDamaged(commitPath(state.number), 'its checkpoint does not sign its tree');
};

/** Proves that the log goes on from what was signed before. What was found to agree once is not looked at again. */
export class Guard {
  readonly #options: GuardOptions;
  readonly #agreed = new Set<string>();

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /**
   * @param found what {@link findCheckpoints} found before `state` was read. The tiles of the state must be there.
   * @throws LogInconsistent when the log is shorter than what was signed, or another.
   * @throws UntrustedNote when another key signed it: every sealer of a store needs the same one.
   * @throws LogDamaged, MalformedNote, StoreUnavailable
   */
  async require(state: StoreState, found: readonly KeptCheckpoint[], key: VerifierKey): Promise<void> {
    if (state.number > 0 && !this.#agreed.has(state.checkpoint)) requireOwn(state, key);
    const { files, store } = this.#options;
    for (const { file, note } of found) {
      if (note === state.checkpoint || this.#agreed.has(note)) continue;
      await requireExtends(createTileSource(files, store), state.tree, verifyCheckpoint(note, [key]), file);
      this.#agree(note);
    }
    if (state.number > 0) this.#agree(state.checkpoint);
  }

  #agree(note: string): void {
    // Only the newest are met again.
    if (this.#agreed.size > 100) this.#agreed.clear();
    this.#agreed.add(note);
  }
}
