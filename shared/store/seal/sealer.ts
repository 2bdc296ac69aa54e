import path from 'node:path';
import type { FindOtherForm } from '../../domain/other-form.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../telemetry/log.ts';
import { CommitLog } from '../commits/commit-log.ts';
import { commit } from '../commits/committer.ts';
import { type CommitAuthor, composeCommit } from '../commits/compose.ts';
import type { CommitWriting } from '../commits/publish-commit.ts';
import { publishDueSnapshot } from '../commits/publish-due-snapshot.ts';
import type { StoreState } from '../commits/state.ts';
import type { SealFiles } from '../files.ts';
import { DurableFolders } from '../folders.ts';
import { PageCache } from '../known-ids/page-cache.ts';
import { Level0Listing } from '../level0-listing.ts';
import { signCheckpoint } from '../log/checkpoint.ts';
import type { CheckpointKeeping } from '../log/checkpoint-folder.ts';
import type { Signer } from '../log/note/signer.ts';
import { namingOutage } from '../outage.ts';
import type { Compression } from '../port.ts';
import { Abandoned } from './abandoned.ts';
import { areThere } from './are-there.ts';
import { SealBatch } from './batch.ts';
import { batchChanges } from './batch-changes.ts';
import { conflictsAmong } from './conflicts-among.ts';
import { anyKnown, dropKnown, type KnownIds } from './drop-known.ts';
import { dropRepeats } from './drop-repeats.ts';
import { type SealPace, SealTiming } from './due.ts';
import { type BatchLimits, gather } from './gather.ts';
import { GatherAhead } from './gather-ahead.ts';
import { findCheckpoints, Guard } from './guard.ts';
import { keepNewest } from './keep-checkpoint.ts';
import {
  backlogParts,
  batchesOutrun,
  commitsMade,
  droppedEvents,
  indexRuns,
  logSize,
  sealedEvents,
  sealLatency,
} from './metrics.ts';
import { filesOf, type PreparedBatch, prepare, type SealWriting } from './prepare.ts';
import { Reclaimer } from './reclaim.ts';
import type { SealRow } from './row.ts';
import { SkippedParts } from './skipped.ts';
import { TileKeeper } from './tile-keeper.ts';

export interface SealerOptions {
  /** The store's folder. */
  readonly folder: string;
  readonly files: SealFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  /** UUIDv7s, each once. */
  readonly newId: () => string;
  readonly pace: SealPace;
  readonly batch: BatchLimits;
  /** How long a file that a commit named as removed stays for readers that have it in their list, in ms by the share's clock. */
  readonly graceMs: number;
  readonly compressionOf: (segment: string) => Compression;
  /** @param isNewLog whether nothing was ever signed here, so that a key may be made. */
  readonly openSigner: (isNewLog: boolean) => Promise<Signer>;
  /** Where checkpoints are kept outside the store, if anywhere; absolute. */
  readonly checkpointFolder: string | undefined;
  /** Makes conflicts durable in quarantine; called before the commit that counts them, and again after a crash. */
  readonly quarantine: (conflicts: readonly SealRow[]) => Promise<void>;
  /** Tells a repeat that is stored encrypted, or in clear, while the event it repeats is not; without it such a repeat is a conflict. */
  readonly otherForm?: FindOtherForm | undefined;
}

/** What came of one look at the store. */
export type SealReport =
  /** Nothing is due; so many parts wait. */
  | { readonly kind: 'idle'; readonly waiting: number }
  /** Another sealer sealed the same events first. */
  | { readonly kind: 'outrun' }
  | {
      readonly kind: 'sealed';
      readonly events: number;
      readonly repeats: number;
      readonly conflicts: number;
      /** Level-0 parts that this took. */
      readonly parts: number;
    };

/**
 * Gives stored events their positions. Any number of sealers may run at once, on any hosts: of those that want the same
 * commit one wins, the others look again. What a sealer leaves half done when it ends is invisible, and removed later.
 */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #log: CommitLog;
  readonly #listing: Level0Listing;
  readonly #timing: SealTiming;
  readonly #skipped: SkippedParts;
  readonly #abandoned = new Abandoned();
  readonly #reclaimer: Reclaimer;
  readonly #guard: Guard;
  readonly #gathering: GatherAhead;
  readonly #known: KnownIds;
  readonly #writing: SealWriting;
  readonly #commits: CommitWriting;
  readonly #tiles: TileKeeper;
  readonly #outside: CheckpointKeeping | undefined;
  #signer: Signer | undefined;

  constructor(options: SealerOptions) {
    const { folder, files, clock, logger, newId, batch, checkpointFolder, compressionOf } = options;
    const folders = new DurableFolders(files, path.resolve(folder));
    this.#options = options;
    this.#log = new CommitLog({ folder, files, logger });
    this.#listing = new Level0Listing(files, folder);
    this.#timing = new SealTiming(options.pace);
    this.#skipped = new SkippedParts(logger);
    this.#reclaimer = new Reclaimer(files, folder, options.graceMs, newId);
    this.#guard = new Guard({ files, store: folder, checkpointFolder });
    this.#gathering = new GatherAhead((waiting) =>
      gather(files, folder, waiting, batch, (part, error) => this.#skipped.add(part, error, clock.nowMs())),
    );
    this.#known = { files, store: folder, cache: new PageCache() };
    const announce = (file: string): void => this.#abandoned.add(file);
    this.#writing = { files, store: folder, folders, newId, announce, compressionOf };
    this.#commits = { folder, files, folders, uniqueName: newId };
    this.#tiles = new TileKeeper({ files, store: folder, folders, uniqueName: newId }, this.#log);
    this.#outside =
      checkpointFolder === undefined
        ? undefined
        : {
            files,
            folder: checkpointFolder,
            folders: new DurableFolders(files, checkpointFolder),
            uniqueName: newId,
          };
  }

  /**
   * Looks once, and seals one batch when one is due. Call it again at once after anything but `idle`.
   * @throws LogDamaged, LogInconsistent, UntrustedNote when the log is not one to go on from; nothing is sealed then.
   * @throws RunDamaged, RunsDisagree when the index of known ids can't be relied on.
   * @throws StoreUnavailable when the store can't be read or written for now, InvalidSetting when the key can't be had.
   */
  seal(): Promise<SealReport> {
    return namingOutage(`The store at ${this.#options.folder} could not be sealed`, () => this.#seal());
  }

  async #seal(): Promise<SealReport> {
    const { files, folder, clock, checkpointFolder } = this.#options;
    // In this order: what is committed after the log was read must not look like parts that wait or a log that is short.
    const checkpoints = await findCheckpoints({ files, store: folder, checkpointFolder });
    const listed = await this.#listing.list();
    const state = await this.#log.catchUp();
    await publishDueSnapshot(this.#log, this.#commits, this.#options.logger);
    await this.#tiles.complete();
    const waiting = listed.filter((part) => !state.removed.has(part));
    this.#observe(state, waiting.length);
    const ready = this.#skipped.without(waiting, clock.nowMs());
    if (!this.#timing.isDue(ready, clock.nowMs())) {
      this.#gathering.drop();
      return { kind: 'idle', waiting: waiting.length };
    }

    const startMs = clock.monotonicMs();
    const signer = await this.#openSigner(state);
    await this.#guard.require(state, checkpoints, signer.verifierKey);
    const parts = await this.#gathering.next(ready);
    if (parts.length === 0) return { kind: 'idle', waiting: waiting.length };
    for (const part of parts) this.#skipped.remove(part.path);
    const prepared = await this.#prepare(state, new SealBatch(parts));
    const report = await this.#sealBatch(state, prepared, this.#author(signer));
    sealLatency.observe(clock.monotonicMs() - startMs);
    return report;
  }

  async #prepare(state: StoreState, batch: SealBatch): Promise<PreparedBatch> {
    // Against what is sealed first: a repeat of that must not lose its id to a later event of the same batch.
    const fresh = await dropKnown(this.#known, [...state.runs.values()], batch);
    const distinct = dropRepeats(batch, fresh.events);
    const disputed = [...fresh.disputed, ...distinct.disputed];
    const conflicts = await conflictsAmong(batch, disputed, this.#options.otherForm);
    if (conflicts.length > 0) await this.#options.quarantine(conflicts);
    return prepare(this.#writing, batch, batch.inOrder(distinct.events), {
      repeats: fresh.repeats + distinct.repeats + disputed.length - conflicts.length,
      conflicts: conflicts.length,
    });
  }

  async #sealBatch(state: StoreState, batch: PreparedBatch, author: CommitAuthor): Promise<SealReport> {
    const unlinked = await this.#reclaimer.reclaim(state);
    let checked = state;
    const done = await commit(this.#log, this.#commits, async (newest) => {
      if (newest !== checked && !(await this.#stillNew(batch, checked, newest))) return undefined;
      checked = newest;
      const changes = batchChanges(newest, batch);
      const removed = [...batch.sources, ...this.#abandoned.pending(newest, filesOf(batch))];
      return composeCommit(newest, { ...changes, removed, unlinked }, author);
    });
    if (done === undefined) {
      batchesOutrun.inc();
      return { kind: 'outrun' };
    }
    await this.#afterCommit(done.before, batch);
    const { repeats, conflicts, sources } = batch;
    return { kind: 'sealed', events: batch.count, repeats, conflicts, parts: sources.length };
  }

  /** Whether a batch may still be sealed as it is after others have committed: no event of it was, and its files are there. */
  async #stillNew(batch: PreparedBatch, checked: StoreState, newest: StoreState): Promise<boolean> {
    if (batch.sources.some((part) => newest.removed.has(part))) return false;
    const others = [...newest.runs.values()].filter((run) => !checked.runs.has(run.path));
    if (await anyKnown(this.#known, others, batch.keys)) return false;
    return areThere(this.#options.files, this.#options.folder, newest, filesOf(batch));
  }

  /** What follows from a commit; a failure here is made good by the next look of any sealer. */
  async #afterCommit(before: StoreState, batch: PreparedBatch): Promise<void> {
    const { logger, clock } = this.#options;
    sealedEvents.inc(batch.count);
    if (batch.repeats > 0) droppedEvents.inc({ reason: 'repeat' }, batch.repeats);
    if (batch.conflicts > 0) droppedEvents.inc({ reason: 'conflict' }, batch.conflicts);
    commitsMade.inc({ kind: 'seal' });
    try {
      await this.#tiles.complete({ from: before.tree.size, leaves: batch.leaves });
      await keepNewest(this.#writing, this.#outside, this.#log.state.checkpoint, clock.nowMs());
      await publishDueSnapshot(this.#log, this.#commits, this.#options.logger);
    } catch (error) {
      logger.warn('what follows from a commit was not finished; the next look of a sealer does it', { error });
    }
  }

  async #openSigner(state: StoreState): Promise<Signer> {
    this.#signer ??= await this.#options.openSigner(state.number === 0);
    return this.#signer;
  }

  #author(signer: Signer): CommitAuthor {
    return { nowMs: () => this.#options.clock.nowMs(), sign: (tree) => signCheckpoint(signer, tree) };
  }

  #observe({ tree, runs }: StoreState, waiting: number): void {
    backlogParts.set(waiting);
    logSize.set(tree.size);
    indexRuns.set(runs.size);
  }
}
