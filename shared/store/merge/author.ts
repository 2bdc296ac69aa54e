import type { Clock } from '../../ports/clock.ts';
import type { CommitLog } from '../commits/commit-log.ts';
import type { CommitAuthor } from '../commits/compose.ts';
import type { SealFiles } from '../files.ts';
import { signCheckpoint } from '../log/checkpoint.ts';
import type { Signer } from '../log/note/signer.ts';
import { findCheckpoints, Guard } from '../seal/guard.ts';

export interface AuthorOptions {
  /** The store's folder. */
  readonly folder: string;
  readonly files: SealFiles;
  readonly clock: Clock;
  /** @param isNewLog whether nothing was ever signed here; merging never begins a log. */
  readonly openSigner: (isNewLog: boolean) => Promise<Signer>;
  /** Where checkpoints are kept outside the store, if anywhere; absolute. */
  readonly checkpointFolder: string | undefined;
}

/** Who may sign for the log. */
export interface SigningAuthor extends CommitAuthor {
  readonly signer: Signer;
}

/** Signs commits that leave the tree as it is. */
export class MergeAuthor {
  readonly #options: AuthorOptions;
  readonly #log: CommitLog;
  readonly #guard: Guard;
  #signer: Signer | undefined;

  constructor(options: AuthorOptions, log: CommitLog) {
    const { files, folder, checkpointFolder } = options;
    this.#options = options;
    this.#log = log;
    this.#guard = new Guard({ files, store: folder, checkpointFolder });
  }

  /**
   * Catches up, and proves that the log goes on from what was signed before, as whoever signs it once more has to.
   * @throws as `Guard.require` does, and what keeps the log or the key from being read.
   */
  async open(): Promise<SigningAuthor> {
    const { files, folder, clock, checkpointFolder, openSigner } = this.#options;
    // Before the log: what is committed after it was read must not look like a log that is short.
    const checkpoints = await findCheckpoints({ files, store: folder, checkpointFolder });
    const state = await this.#log.catchUp();
    this.#signer ??= await openSigner(false);
    const signer = this.#signer;
    await this.#guard.require(state, checkpoints, signer.verifierKey);
    return { signer, nowMs: () => clock.nowMs(), sign: (tree) => signCheckpoint(signer, tree) };
  }
}
