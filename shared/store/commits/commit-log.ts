import path from 'node:path';
import { LogDamaged, StoreUnavailable } from '../../domain/errors.ts';
import { type Logger, silentLogger } from '../../telemetry/log.ts';
import { systemCode } from '../files.ts';
import { findNewest } from './find-newest.ts';
import { decodeSnapshot, fileSha256 } from './format.ts';
import { commitPath, commitsPerSnapshot, snapshotPath } from './names.ts';
import { type CommitReading, readCommit, readIfThere } from './read-commit.ts';
import { applyCommit, emptyState, type StoreState, stateOfSnapshot } from './state.ts';

export interface CommitLogOptions {
  /** The store's folder. */
  readonly folder: string;
  readonly files: CommitReading;
  readonly logger?: Logger;
}

/** Farther behind than this, reading a snapshot is cheaper than reading every commit. */
const mostSteps = 2 * commitsPerSnapshot;

/**
 * Follows the commits of a store. A commit counts only once its name would survive a power loss: whoever relied on one
 * that then vanished would have shown positions that are given to other events later.
 */
export class CommitLog {
  readonly #folder: string;
  readonly #files: CommitReading;
  readonly #logger: Logger;
  #state: StoreState = emptyState;
  /** The newest state that a snapshot is due for, passed on the way. */
  #due: StoreState | undefined;
  #catchingUp: Promise<StoreState> | undefined;

  constructor({ folder, files, logger = silentLogger }: CommitLogOptions) {
    this.#folder = folder;
    this.#files = files;
    this.#logger = logger;
  }

  /** As of the last time that it caught up. */
  get state(): StoreState {
    return this.#state;
  }

  /** The state that a snapshot is due for, if this log passed one since it was last asked; whoever may write publishes it. */
  takeSnapshotDue(): StoreState | undefined {
    const due = this.#due;
    this.#due = undefined;
    return due;
  }

  /**
   * Reads what was committed since the last time. Never shares a look that began before, so that the state is as new as the call.
   * @throws LogDamaged naming the file that is altered or of another history.
   * @throws StoreUnavailable when the store can't be read for now.
   */
  async catchUp(): Promise<StoreState> {
    while (this.#catchingUp) await this.#catchingUp.catch(() => {});
    this.#catchingUp = this.#catchUp();
    try {
      return await this.#catchingUp;
    } finally {
      this.#catchingUp = undefined;
    }
  }

  async #catchUp(): Promise<StoreState> {
    try {
      const before = this.#state;
      if (before.number === 0 && !(await this.#exists(1))) return before;
      const start = before.number === 0 ? await this.#newestSnapshot(1) : before;
      const state = await this.#follow(start, mostSteps);
      if (state !== before)
        await this.#files.syncFolder(path.join(this.#folder, path.dirname(commitPath(state.number))));
      this.#state = state;
      return state;
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) throw error;
      throw new StoreUnavailable(
        `The log of the store at ${this.#folder} could not be read (${code}): mount it or restore its folders.`,
        { cause: error },
      );
    }
  }

  async #follow(start: StoreState, steps: number): Promise<StoreState> {
    let state = start;
    let passed: StoreState | undefined;
    for (let step = 0; ; step++) {
      const next = await readCommit(this.#files, this.#folder, state.number + 1);
      if (next === undefined) break;
      if (step === steps) return this.#follow(await this.#newestSnapshot(state.number), Number.POSITIVE_INFINITY);
      state = applyCommit(state, next.commit, next.bytes);
      if (state.number % commitsPerSnapshot === 0) passed = state;
    }
    this.#due = passed ?? this.#due;
    return state;
  }

  /** The state of the newest snapshot at or after commit `known`, or the empty state. */
  async #newestSnapshot(known: number): Promise<StoreState> {
    const newest = await findNewest((number) => this.#exists(number), known);
    for (let number = newest - (newest % commitsPerSnapshot); number > 0; number -= commitsPerSnapshot) {
      const state = await this.#readSnapshot(number);
      if (state) return state;
    }
    return emptyState;
  }

  async #exists(number: number): Promise<boolean> {
    return (await readIfThere(this.#files, this.#folder, commitPath(number))) !== undefined;
  }

  /** A snapshot can always be made again from the commits: one that is missing or damaged costs time, not truth. */
  async #readSnapshot(number: number): Promise<StoreState | undefined> {
    const file = snapshotPath(number);
    const bytes = await readIfThere(this.#files, this.#folder, file);
    if (bytes === undefined) return undefined;
    try {
      const snapshot = decodeSnapshot(file, bytes, number);
      const commit = await readCommit(this.#files, this.#folder, number);
      if (commit === undefined || fileSha256(commit.bytes) !== snapshot.commit_sha256) {
        throw new LogDamaged(file, `it is not of ${commitPath(number)}`);
      }
      return stateOfSnapshot(snapshot);
    } catch (error) {
      if (!(error instanceof LogDamaged) || error.path !== file) throw error;
      this.#logger.error('a snapshot is damaged; older ones and the commits are read instead', { path: file, error });
      return undefined;
    }
  }
}
