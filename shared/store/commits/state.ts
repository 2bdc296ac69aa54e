import { LogDamaged } from '../../domain/errors.ts';
import { emptyEdge, type RightEdge } from '../log/right-edge.ts';
import {
  type Commit,
  type CommittedPart,
  type CommittedRun,
  type ExpiredDay,
  fileSha256,
  type Snapshot,
} from './format.ts';
import { commitPath } from './names.ts';

/** What the commits up to one number come to. Never changed in place. */
export interface StoreState {
  /** The newest commit; 0 before the first. */
  readonly number: number;
  /** SHA-256 of the newest commit's file, which the next one names; null before the first. */
  readonly sha256: string | null;
  /** When the newest commit was made, by its sealer's clock; empty before the first. */
  readonly committedAt: string;
  /** Live sealed parts by path, in the order of their commits. */
  readonly parts: ReadonlyMap<string, CommittedPart>;
  /** Files that a commit named as removed and none has named as unlinked: path to that commit's number. */
  readonly removed: ReadonlyMap<string, number>;
  /** Live runs of the index of known ids, by path. */
  readonly runs: ReadonlyMap<string, CommittedRun>;
  /** Days that retention dropped, by the file that lists their positions. */
  readonly expired: ReadonlyMap<string, ExpiredDay>;
  /** The right edge of the tree over all sealed events. */
  readonly tree: RightEdge;
  /** The signed note over the tree; empty before the first commit. */
  readonly checkpoint: string;
}

/** Whether a commit names a file, as one that counts or as one that was removed and may be there still. */
export const isNamed = ({ parts, runs, expired, removed }: StoreState, path: string): boolean =>
  parts.has(path) || runs.has(path) || expired.has(path) || removed.has(path);

/** A store in which nothing was ever sealed. */
export const emptyState: StoreState = {
  number: 0,
  sha256: null,
  committedAt: '',
  parts: new Map(),
  removed: new Map(),
  runs: new Map(),
  expired: new Map(),
  tree: emptyEdge,
  checkpoint: '',
};

export const treeToFile = ({ size, hashes }: RightEdge): Commit['tree'] => ({
  size,
  edge: hashes.map((hash) => Buffer.from(hash).toString('hex')),
});

/** The tree as a commit has it. */
export const treeFromFile = ({ size, edge }: Commit['tree']): RightEdge => ({
  size,
  hashes: edge.map((hash) => new Uint8Array(Buffer.from(hash, 'hex'))),
});

const bitCount = (size: number): number => [...size.toString(2)].filter((bit) => bit === '1').length;

/** What a commit says must fit what stood before it; a forked or altered history does not. */
const requireFit = (state: StoreState, commit: Commit, refuse: (reason: string) => never): void => {
  if (commit.previous_sha256 !== state.sha256) {
    refuse(`it does not follow ${state.number === 0 ? 'an empty store' : commitPath(state.number)}`);
  }
  if (commit.tree.size < state.tree.size) refuse(`its log is shorter than the ${state.tree.size} events before it`);
  if (commit.tree.edge.length !== bitCount(commit.tree.size)) refuse('its tree edge is not one of its size');
};

/**
 * The state after one more commit.
 * @param bytes the commit's file, whose hash the next commit has to name.
 * @throws LogDamaged naming the commit when it does not follow `state`.
 */
export const applyCommit = (state: StoreState, commit: Commit, bytes: Uint8Array): StoreState => {
  const refuse = (reason: string): never => {
    throw new LogDamaged(commitPath(commit.number), reason);
  };
  requireFit(state, commit, refuse);
  const parts = new Map(state.parts);
  const removed = new Map(state.removed);
  const runs = new Map(state.runs);
  const { expired = [] } = commit;
  const remove = (path: string): void => {
    if (removed.has(path)) refuse(`it removes ${path} a second time`);
    removed.set(path, commit.number);
  };
  for (const { path } of commit.removed) {
    if (state.expired.has(path)) refuse(`it removes ${path}, which no commit may`);
    parts.delete(path);
    remove(path);
  }
  for (const { path } of commit.index.removed) {
    if (!runs.delete(path)) refuse(`it removes the run ${path}, which is not live`);
    remove(path);
  }
  for (const { path } of commit.unlinked) if (!removed.delete(path)) refuse(`${path} was unlinked, but not removed`);
  for (const part of commit.added) {
    if (parts.has(part.path) || removed.has(part.path)) refuse(`it adds ${part.path} a second time`);
    parts.set(part.path, part);
  }
  for (const run of commit.index.added) {
    if (runs.has(run.path) || removed.has(run.path)) refuse(`it adds the run ${run.path} a second time`);
    runs.set(run.path, run);
  }
  for (const { path, first_position, last_position } of expired) {
    if (state.expired.has(path) || removed.has(path)) refuse(`it adds the expired day ${path} a second time`);
    if (first_position > last_position || last_position >= state.tree.size) {
      refuse(`the expired day ${path} has positions that were not in the log before it`);
    }
  }
  return {
    number: commit.number,
    sha256: fileSha256(bytes),
    committedAt: commit.committed_at,
    parts,
    removed,
    runs,
    expired:
      expired.length === 0
        ? state.expired
        : new Map([...state.expired, ...expired.map((day) => [day.path, day] as const)]),
    tree: treeFromFile(commit.tree),
    checkpoint: commit.checkpoint,
  };
};

/** @throws RangeError before the first commit, where there is nothing to keep. */
export const snapshotOf = (state: StoreState): Snapshot => {
  if (state.sha256 === null) throw new RangeError('an empty store has no snapshot');
  return {
    version: 1,
    number: state.number,
    commit_sha256: state.sha256,
    committed_at: state.committedAt,
    parts: [...state.parts.values()],
    removed: [...state.removed].map(([path, commit]) => ({ path, commit })),
    index: [...state.runs.values()],
    ...(state.expired.size > 0 ? { expired: [...state.expired.values()] } : {}),
    tree: treeToFile(state.tree),
    checkpoint: state.checkpoint,
  };
};

export const stateOfSnapshot = (snapshot: Snapshot): StoreState => ({
  number: snapshot.number,
  sha256: snapshot.commit_sha256,
  committedAt: snapshot.committed_at,
  parts: new Map(snapshot.parts.map((part) => [part.path, part])),
  removed: new Map(snapshot.removed.map(({ path, commit }) => [path, commit])),
  runs: new Map(snapshot.index.map((run) => [run.path, run])),
  expired: new Map((snapshot.expired ?? []).map((day) => [day.path, day])),
  tree: treeFromFile(snapshot.tree),
  checkpoint: snapshot.checkpoint,
});
