import { type Commit, type CommittedPart, encodeLogFile } from '../../../../shared/store/commits/format.ts';
import { applyCommit, emptyState, type StoreState, treeToFile } from '../../../../shared/store/commits/state.ts';

export const sha256 = 'ab'.repeat(32);

export const committedPart = (path: string, changes: Partial<CommittedPart> = {}): CommittedPart => ({
  path,
  bytes: 1_000,
  sha256,
  level: 1,
  segment: 'clinical',
  day: '2026-11-23',
  count: 1,
  base_position: 0,
  first_position: 0,
  last_position: 0,
  ...changes,
});

/** The commit after `state` that adds the part, or nothing. */
export const commitAfter = (state: StoreState, path?: string, changes: Partial<Commit> = {}): Commit => ({
  version: 1,
  number: state.number + 1,
  previous_sha256: state.sha256,
  committed_at: '2026-11-23T10:11:12.345Z',
  added: path === undefined ? [] : [committedPart(path)],
  removed: [],
  unlinked: [],
  index: { added: [], removed: [] },
  dropped: { repeats: 0, conflicts: 0 },
  tree: treeToFile(state.tree),
  checkpoint: '',
  ...changes,
});

/** The state after the commits, each made by one of `steps` from the state before it. */
export const stateAfter = (...steps: readonly ((state: StoreState) => Commit)[]): StoreState =>
  steps.reduce((state, step) => {
    const commit = step(state);
    return applyCommit(state, commit, encodeLogFile(commit));
  }, emptyState);
