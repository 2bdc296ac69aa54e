import { randomFillSync } from 'node:crypto';
import type { RandomFill } from '../../domain/ids.ts';
import { type Clock, systemClock } from '../../ports/clock.ts';
import type { StoreState } from '../commits/state.ts';
import { Level0Listing } from '../level0-listing.ts';
import type { VerifierKey } from '../log/note/verifier-key.ts';
import { windowPositions } from '../part/sealed/layout.ts';
import { checkpointPath } from '../seal/guard.ts';
import { addCheckpoints, readCheckpoints } from './checkpoints.ts';
import { listCommits } from './commit-listing.ts';
import { EncryptedEventsPass, type EncryptedEventsReport } from './encrypted-events-pass.ts';
import { EventsPass } from './events-pass.ts';
import type { Finding, Witness } from './finding.ts';
import { HistoryWalk } from './history.ts';
import { IdSums } from './id-sums.ts';
import type { KeysAtHand } from './keys-at-hand.ts';
import { KnownIdsPass } from './known-ids-pass.ts';
import { LetterCheck } from './letters.ts';
import { verifyLevel0 } from './level0-pass.ts';
import { OtherFiles } from './other-files.ts';
import { SpanPass } from './span-pass.ts';
import { CurrentFiles, type VerifyFiles } from './store-reading.ts';
import { type RowHashing, WindowEvents } from './window-events.ts';

export interface VerifyOptions {
  /** The store's folder. */
  readonly store: string;
  readonly files: VerifyFiles;
  /** The keys that a log may be signed with. */
  readonly trusted: readonly VerifierKey[];
  /** Where checkpoints are kept outside the store, if anywhere. */
  readonly checkpointFolder?: string | undefined;
  /** The file of a checkpoint that the user holds. */
  readonly checkpoint?: string | undefined;
  /** Where the keys of encrypted events are, if at hand: what they are is verified without. */
  readonly keys?: KeysAtHand | undefined;
  readonly witness: Witness;
  readonly clock?: Clock;
  readonly random?: RandomFill;
  /** Who hashes the sealed events; default: this thread. */
  readonly hashing?: (found: (finding: Finding) => void) => RowHashing;
  /** Positions of a leaf of the index of consultations, where it is not the usual number. */
  readonly spanPositions?: number;
}

/** Sealed events that were dropped with their day. */
export interface ExpiredEvents {
  readonly segment: string;
  readonly day: string;
  readonly events: number;
}

/** Late events of a day are dropped after the others. */
const expiredByDay = ({ expired }: StoreState): readonly ExpiredEvents[] =>
  [...Map.groupBy(expired.values(), ({ segment, day }) => `${day} ${segment}`)]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, days]) => {
      const [day = '', segment = ''] = key.split(' ');
      return { segment, day, events: days.reduce((sum, { count }) => sum + count, 0) };
    });

/** What was verified; what is wrong was told to the witness. */
export interface VerifyReport {
  /** The newest commit that was followed; 0 when nothing was ever sealed. */
  readonly commit: number;
  /** Sealed events. */
  readonly events: number;
  /** Of these, what was dropped since its retention was over, by segment and day. */
  readonly expired: readonly ExpiredEvents[];
  /** Sealed and merged parts, and their bytes. */
  readonly parts: number;
  readonly bytes: number;
  /** What waits to be sealed. */
  readonly level0Parts: number;
  readonly level0Events: number;
  /** Checkpoints from outside the store that the log was compared with. */
  readonly keptCheckpoints: number;
  /** What the key store says of encrypted events; absent where it was not at hand. */
  readonly encrypted?: EncryptedEventsReport;
  readonly findings: number;
  readonly notes: number;
  readonly elapsedMs: number;
}

/** Counts what a witness is told. */
const counting = (witness: Witness) => {
  const counts = { findings: 0, notes: 0 };
  const counted: Witness = {
    found: (finding) => {
      counts.findings++;
      witness.found(finding);
    },
    noted: (note) => {
      counts.notes++;
      witness.noted(note);
    },
    progress: (progress) => witness.progress(progress),
  };
  return { counts, counted };
};

/**
 * Verifies a whole store, up to the newest commit when it begins, while others go on writing, sealing and merging: it hashes every
 * event from its bytes, rebuilds the tree from position 0, and compares parts, commits, tiles, index and checkpoints with that and with
 * each other. Changes nothing. Memory does not grow with the events; it does with the number of parts and commits, by some 100 bytes
 * each, and with what expired, by a bit for each position of windows that lost one.
 * @throws StoreUnavailable or the system's error when the store can't be read.
 */
export const verifyStore = async (options: VerifyOptions): Promise<VerifyReport> => {
  const { store, files, trusted, spanPositions, clock = systemClock, random = randomFillSync } = options;
  const beganMs = clock.monotonicMs();
  const { counts, counted: witness } = counting(options.witness);
  const { checkpointFolder: folder, checkpoint: given } = options;
  // In this order: what is committed meanwhile must make neither the log look short nor a sealed part look missing.
  const checkpoints = await readCheckpoints({ files, store, folder, given });
  const listed = await new Level0Listing(files, store).list();
  const { highest, snapshots, others } = await listCommits(files, store);
  const history = await new HistoryWalk({ files, store, trusted, witness, listed: highest, snapshots }).walk();
  const { state, heads, conflicts } = history;
  if (state.number === 0 && highest === 0) {
    witness.noted({ file: 'log/commits', reason: 'nothing was ever sealed: level 0 is all that can be verified' });
  }
  if (history.broken) {
    const reason = `nothing after commit ${state.number} can be followed, and so is not verified`;
    witness.noted({ file: 'log/commits', reason });
  }
  if (state.number > 0 && !checkpoints.some(({ file }) => file === checkpointPath)) {
    witness.noted({
      file: checkpointPath,
      reason: 'the newest checkpoint is not there: the next run of seal writes it',
    });
  }
  for (const file of others) witness.found({ kind: 'added', file, reason: 'the store has no such file' });
  addCheckpoints(checkpoints, trusted, state.tree.size, heads, witness);

  const current = new CurrentFiles(files, store, state);
  const sums = new IdSums(windowPositions, random);
  const { hashing = (found) => new WindowEvents(found) } = options;
  const events = new EventsPass({ files, store, state, heads, trusted, current, sums, witness, hashing });
  await events.run();
  await new KnownIdsPass({ files, store, size: state.tree.size, current, sums, events, witness }).run();
  await new SpanPass({ files, store, size: state.tree.size, current, witness, positions: spanPositions }).run();
  const level0 = await verifyLevel0({ files, store, listed, state, current, witness });
  await new LetterCheck({ files, store, conflicts, clock, witness }).run();
  await new OtherFiles({ files, store, state, current, witness, spanPositions }).run();
  const { keys } = options;
  const encrypted =
    keys === undefined
      ? undefined
      : await new EncryptedEventsPass({ files, store, keys, current, listed, witness }).run();
  const parts = [...state.parts.values()];
  return {
    commit: state.number,
    events: state.tree.size,
    expired: expiredByDay(state),
    parts: parts.length,
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    level0Parts: level0.parts,
    level0Events: level0.events,
    keptCheckpoints: checkpoints.filter(({ file }) => file !== checkpointPath).length,
    ...(encrypted === undefined ? {} : { encrypted }),
    ...counts,
    elapsedMs: clock.monotonicMs() - beganMs,
  };
};
