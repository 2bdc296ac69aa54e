import type { CommitLog } from '../commits/commit-log.ts';
import { commit } from '../commits/committer.ts';
import { type CommitAuthor, composeCommit } from '../commits/compose.ts';
import type { CommitWriting } from '../commits/publish-commit.ts';
import { mergeRuns as mergeRunFiles } from '../known-ids/merge.ts';
import { planMerges } from '../known-ids/plan.ts';
import { runPath } from '../known-ids/run.ts';
import { runRefOf } from './drop-known.ts';
import type { SealWriting } from './prepare.ts';

/**
 * Merges runs of the index where there are enough of one size, one set at a time, so that sealing goes on in between.
 * @returns false when there was nothing to merge, or another sealer was faster.
 * @throws RunDamaged, RunsDisagree, StoreUnavailable, or the system's error.
 */
export const mergeRuns = async (
  log: CommitLog,
  writing: SealWriting,
  commits: CommitWriting,
  author: CommitAuthor,
): Promise<boolean> => {
  const [runs] = planMerges([...log.state.runs.values()].map(runRefOf));
  if (runs === undefined) return false;
  const { files, store, folders, newId, announce } = writing;
  const runId = newId();
  announce(runPath(runId));
  const { basePosition, ...merged } = await mergeRunFiles(files, store, runs, { newRunId: () => runId, folders });
  const paths = runs.map((run) => run.path);
  const done = await commit(log, commits, (state) => {
    if (!paths.every((run) => state.runs.has(run))) return undefined;
    const runsAdded = [{ ...merged, base_position: basePosition }];
    return composeCommit(state, { runsAdded, runsRemoved: paths }, author);
  });
  return done !== undefined;
};
