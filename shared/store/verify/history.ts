import { LogDamaged } from '../../domain/errors.ts';
import { type Commit, decodeSnapshot, encodeLogFile, fileSha256 } from '../commits/format.ts';
import { commitPath, commitsPerSnapshot, snapshotPath } from '../commits/names.ts';
import { readCommit, readIfThere } from '../commits/read-commit.ts';
import {
  applyCommit,
  emptyState,
  type StoreState,
  snapshotOf,
  stateOfSnapshot,
  treeFromFile,
} from '../commits/state.ts';
import { isKept } from '../commits/superseded-snapshots.ts';
import type { FileReading } from '../files.ts';
import { verifyCheckpoint } from '../log/checkpoint.ts';
import type { VerifierKey } from '../log/note/verifier-key.ts';
import { rootOf } from '../log/right-edge.ts';
import { reasonOf, type Witness } from './finding.ts';
import { SignedHeads } from './heads.ts';

export interface HistoryOptions {
  readonly files: FileReading;
  /** The store's folder. */
  readonly store: string;
  readonly trusted: readonly VerifierKey[];
  readonly witness: Witness;
  /** The highest number that the folders of commits list. */
  readonly listed: number;
  /** The numbers of the snapshots that they list. */
  readonly snapshots: ReadonlySet<number>;
}

/** What all commits come to. */
export interface History {
  /** As of the newest commit that could be followed. */
  readonly state: StoreState;
  readonly heads: SignedHeads;
  /** Events that commits count as conflicts, and so as quarantined. */
  readonly conflicts: number;
  /** A commit is damaged or missing, and nothing after it could be followed. */
  readonly broken: boolean;
}

/**
 * What the commit says of itself must fit together: its signed checkpoint, its tree, and the positions of what it adds.
 * @throws LogDamaged naming it; MalformedNote, UntrustedNote
 */
const requireSound = (before: StoreState, commit: Commit, trusted: readonly VerifierKey[]): void => {
  const file = commitPath(commit.number);
  const tree = treeFromFile(commit.tree);
  const { size, root } = verifyCheckpoint(commit.checkpoint, trusted);
  if (size !== tree.size || Buffer.compare(root, rootOf(tree)) !== 0) {
    throw new LogDamaged(file, 'its checkpoint does not sign its tree');
  }
  const fresh = commit.added.filter(({ level }) => level === 1);
  const events = fresh.reduce((sum, { count }) => sum + count, 0);
  const first = before.tree.size;
  if (events !== size - first) {
    throw new LogDamaged(file, `its tree grows by ${size - first} events, and its parts have ${events}`);
  }
  if (fresh.some((part) => part.first_position < first || part.last_position >= size)) {
    throw new LogDamaged(file, 'a part of it holds positions that the tree does not grow by');
  }
};

/** Goes through all commits from the first one on, and tells what is wrong with any of them or their snapshots. */
export class HistoryWalk {
  readonly #options: HistoryOptions;
  readonly #heads = new SignedHeads();
  #state: StoreState = emptyState;
  #conflicts = 0;
  #broken = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** @throws the system's error */
  async walk(): Promise<History> {
    const { witness, listed } = this.#options;
    for (let number = 1; ; number++) {
      if (!(await this.#step(number)) && number > listed) break;
      witness.progress({ stage: 'commits', done: number, of: Math.max(number, listed) });
    }
    return { state: this.#state, heads: this.#heads, conflicts: this.#conflicts, broken: this.#broken };
  }

  /** @returns whether there is such a commit */
  async #step(number: number): Promise<boolean> {
    const { files, store, witness, listed } = this.#options;
    const file = commitPath(number);
    try {
      const found = await readCommit(files, store, number);
      if (found === undefined) {
        if (number > listed) return false;
        witness.found({ kind: 'missing', file, reason: 'commits after it are there' });
        this.#broken = true;
      } else {
        this.#conflicts += found.commit.dropped.conflicts;
        if (!this.#broken) this.#follow(found.commit, found.bytes);
        await this.#compareSnapshot(number, fileSha256(found.bytes));
      }
    } catch (error) {
      if (!(error instanceof LogDamaged)) throw error;
      witness.found({ kind: 'changed', file: error.path, reason: reasonOf(error) });
      this.#broken = true;
    }
    return true;
  }

  #follow(commit: Commit, bytes: Uint8Array): void {
    const { witness, trusted } = this.#options;
    const before = this.#state;
    if (before.sha256 !== null && commit.previous_sha256 !== before.sha256) {
      const file = commitPath(before.number);
      const reason = `commit ${commit.number} names other bytes for it, unless that one was altered itself`;
      witness.found({ kind: 'changed', file, reason });
    }
    // The state is followed all the same, so that one alteration does not hide all others.
    this.#state = applyCommit({ ...before, sha256: commit.previous_sha256 }, commit, bytes);
    if (before.number === 0 && commit.previous_sha256 !== null) {
      witness.found({
        kind: 'changed',
        file: commitPath(commit.number),
        reason: 'it is not the first commit of a store',
      });
    }
    try {
      requireSound(before, commit, trusted);
      this.#heads.addCommit(commit.number, commit.tree.size, rootOf(this.#state.tree));
    } catch (error) {
      witness.found({ kind: 'changed', file: commitPath(commit.number), reason: reasonOf(error) });
    }
  }

  async #compareSnapshot(number: number, commitSha256: string): Promise<void> {
    const { files, store, witness, snapshots, listed } = this.#options;
    const file = snapshotPath(number);
    if (number % commitsPerSnapshot !== 0 && !snapshots.has(number)) return;
    const bytes = await readIfThere(files, store, file);
    if (bytes === undefined) {
      // A sealer that ended between commit and snapshot leaves it out, and nobody needs it.
      const isDue = number % commitsPerSnapshot === 0 && isKept(number, listed);
      if (isDue) witness.noted({ file, reason: 'this snapshot was never written' });
      return;
    }
    if (!this.#broken) {
      if (Buffer.compare(bytes, encodeLogFile(snapshotOf(this.#state))) === 0) return;
      witness.found({ kind: 'changed', file, reason: 'it is not what the commits up to it come to' });
      return;
    }
    const snapshot = decodeSnapshot(file, bytes, number);
    if (snapshot.commit_sha256 !== commitSha256) throw new LogDamaged(file, `it is not of ${commitPath(number)}`);
    this.#state = stateOfSnapshot(snapshot);
    this.#broken = false;
  }
}
