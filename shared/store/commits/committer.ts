import { StoreUnavailable } from '../../domain/errors.ts';
import type { CommitLog } from './commit-log.ts';
import type { Commit } from './format.ts';
import { type CommitWriting, publishCommit } from './publish-commit.ts';
import type { StoreState } from './state.ts';

/**
 * Makes the commit after a state, or undefined when there is nothing to commit any more. Asked again with a newer state
 * each time that another writer was faster.
 */
export type Propose = (state: StoreState) => Promise<Commit | undefined> | Commit | undefined;

/** Losing more often than this means that something else is wrong. */
const mostAttempts = 100;

/**
 * Commits what is proposed, however many others commit at the same time.
 * @returns the state before the commit and the one after it; undefined when nothing was proposed any more.
 * @throws LogDamaged, or StoreUnavailable when it is unknown whether the commit stands: catching up tells.
 */
export const commit = async (
  log: CommitLog,
  writing: CommitWriting,
  propose: Propose,
): Promise<{ readonly before: StoreState; readonly after: StoreState } | undefined> => {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const before = log.state;
    const proposed = await propose(before);
    if (proposed === undefined) return undefined;
    const outcome = await publishCommit(writing, proposed);
    const after = await log.catchUp();
    // Others may have gone on by now: their commits stand behind ours.
    if (outcome === 'published') return { before, after };
  }
  throw new StoreUnavailable(`${mostAttempts} commits in a row went to other writers: try again later.`);
};
