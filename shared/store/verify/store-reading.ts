import { LogDamaged } from '../../domain/errors.ts';
import { CommitLog } from '../commits/commit-log.ts';
import type { CommitReading } from '../commits/read-commit.ts';
import type { StoreState } from '../commits/state.ts';
import { type FileReading, isGone, type RangeReading, systemCode } from '../files.ts';
import type { Finding } from './finding.ts';

/** All that a verification asks of the file system. */
export type VerifyFiles = FileReading & RangeReading & CommitReading;

/** What to say of a file that a commit names and that can't be read. */
export const unreadable = (error: unknown, what: string): Pick<Finding, 'kind' | 'reason'> =>
  isGone(error)
    ? { kind: 'missing', reason: `the commits name this ${what}` }
    : { kind: 'changed', reason: `this ${what} can't be read (${systemCode(error)})` };

/** The files that hold the events now: those of the commit that is verified, or of a newer one where some of them went away meanwhile. */
export class CurrentFiles {
  readonly #log: CommitLog;
  #state: StoreState;

  constructor(files: VerifyFiles, store: string, state: StoreState) {
    this.#log = new CommitLog({ folder: store, files });
    this.#state = state;
  }

  get state(): StoreState {
    return this.#state;
  }

  /**
   * Goes on to the newest commit, when reading a file failed since it is gone.
   * @returns false when the file ought to be there, and readable.
   * @throws `error` where it is none of the system; StoreUnavailable
   */
  async outdated(file: string, error: unknown): Promise<boolean> {
    if (systemCode(error) === undefined) throw error;
    if (!isGone(error)) return false;
    const newest = await this.newest();
    if (newest.number <= this.#state.number) return false;
    this.#state = newest;
    return !(newest.parts.has(file) || newest.runs.has(file));
  }

  /** The newest commit's state, or the one at hand where the history can't be followed: that was told when it was walked. */
  async newest(): Promise<StoreState> {
    try {
      return await this.#log.catchUp();
    } catch (error) {
      if (error instanceof LogDamaged) return this.#state;
      throw error;
    }
  }
}
