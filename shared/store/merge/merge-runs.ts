import type { CommittedRun } from '../commits/format.ts';
import { mergeRuns } from '../known-ids/merge.ts';
import { planMerges } from '../known-ids/plan.ts';
import { runPath } from '../known-ids/run.ts';
import { runRefOf } from '../seal/drop-known.ts';
import type { SealWriting } from '../seal/prepare.ts';

/** Runs of the index of known ids that are to be one, the smallest first; undefined when no eight of them are of one size. */
export const planRunMerge = (
  runs: Iterable<CommittedRun>,
  mostEntries: number,
): readonly CommittedRun[] | undefined => {
  const byPath = new Map([...runs].map((run) => [run.path, run]));
  const [plan] = planMerges([...byPath.values()].map(runRefOf), { mostEntries });
  return plan?.map(({ path }) => byPath.get(path)).filter((run) => run !== undefined);
};

/**
 * Writes what runs are merged into, and publishes it; it counts once a commit names it.
 * @throws RunDamaged, RunsDisagree, StoreUnavailable, or the system's error.
 */
export const writeMergedRun = async (writing: SealWriting, runs: readonly CommittedRun[]): Promise<CommittedRun> => {
  const { files, store, folders, newId, announce } = writing;
  const runId = newId();
  announce(runPath(runId));
  const { basePosition, ...run } = await mergeRuns(files, store, runs.map(runRefOf), {
    newRunId: () => runId,
    folders,
  });
  return { ...run, base_position: basePosition };
};
