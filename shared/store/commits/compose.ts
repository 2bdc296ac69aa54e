import type { RightEdge } from '../log/right-edge.ts';
import type { Commit, CommittedPart, CommittedRun, ExpiredDay } from './format.ts';
import { type StoreState, treeToFile } from './state.ts';

/** What a commit changes. */
export interface Changes {
  readonly added?: readonly CommittedPart[];
  /** Paths; what is named already, or was never there, may be among them. */
  readonly removed?: readonly string[];
  readonly unlinked?: readonly string[];
  readonly runsAdded?: readonly CommittedRun[];
  readonly runsRemoved?: readonly string[];
  readonly dropped?: Commit['dropped'];
  /** Days whose parts are among the removed, since their retention is over. */
  readonly expired?: readonly ExpiredDay[];
  /** The tree afterwards, where events were added. */
  readonly tree?: RightEdge;
}

export interface CommitAuthor {
  readonly nowMs: () => number;
  /** The signed checkpoint of a tree. */
  readonly sign: (tree: RightEdge) => string;
}

const asPaths = (paths: readonly string[]): { path: string }[] => [...new Set(paths)].map((path) => ({ path }));

/** The commit after `state` that makes these changes. */
export const composeCommit = (state: StoreState, changes: Changes, { nowMs, sign }: CommitAuthor): Commit => {
  const { added = [], removed = [], unlinked = [], runsAdded = [], runsRemoved = [], tree = state.tree } = changes;
  return {
    version: 1,
    number: state.number + 1,
    previous_sha256: state.sha256,
    committed_at: new Date(nowMs()).toISOString(),
    added: [...added],
    removed: asPaths(removed.filter((path) => !state.removed.has(path))),
    unlinked: asPaths(unlinked.filter((path) => state.removed.has(path))),
    index: { added: [...runsAdded], removed: asPaths(runsRemoved) },
    dropped: changes.dropped ?? { repeats: 0, conflicts: 0 },
    ...(changes.expired === undefined ? {} : { expired: [...changes.expired] }),
    tree: treeToFile(tree),
    checkpoint: sign(tree),
  };
};
