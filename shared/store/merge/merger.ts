import path from 'node:path';
import { PartDamaged, RunDamaged, RunsDisagree } from '../../domain/errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import { CommitLog } from '../commits/commit-log.ts';
import { commit } from '../commits/committer.ts';
import { type Changes, composeCommit } from '../commits/compose.ts';
import type { CommittedPart, CommittedRun } from '../commits/format.ts';
import type { CommitWriting } from '../commits/publish-commit.ts';
import { publishDueSnapshot } from '../commits/publish-due-snapshot.ts';
import { isNamed, type StoreState } from '../commits/state.ts';
import { SpanKeeper } from '../consultations/keeper.ts';
import { DurableFolders } from '../folders.ts';
import { partIdOf } from '../level0-names.ts';
import { namingOutage } from '../outage.ts';
import type { Compression } from '../port.ts';
import { Abandoned } from '../seal/abandoned.ts';
import { areThere } from '../seal/are-there.ts';
import { writtenAtMs } from '../seal/due.ts';
import { commitsMade } from '../seal/metrics.ts';
import { type AuthorOptions, MergeAuthor } from './author.ts';
import { planRunMerge, writeMergedRun } from './merge-runs.ts';
import {
  mergedBytes,
  mergedEvents,
  mergedParts,
  mergeLatency,
  mergesForNothing,
  observeParts,
  orphansFound,
} from './metrics.ts';
import { PassedOver } from './passed-over.ts';
import { type MergeLimits, planPartMerges } from './plan.ts';
import { Tidying } from './tidying.ts';
import { type MergeWriting, writeMerged } from './write-merged.ts';

export interface MergerOptions extends AuthorOptions {
  readonly logger: Logger;
  /** UUIDv7s, each once. */
  readonly newId: () => string;
  readonly limits: MergeLimits;
  /** Ids of a merged run of the index; larger runs stay as they are. */
  readonly mostIds: number;
  /** Of merged parts, which stay for long: worth more time than sealing has. */
  readonly compressionOf: (segment: string) => Compression;
  /** How long a file that no commit names any more stays, in ms by the share's clock. */
  readonly graceMs: number;
  /** Positions of a leaf of the index of consultations, where it is not the usual number. */
  readonly spanPositions?: number;
}

/** What came of one turn. */
export type MergeReport =
  /** Nothing is to be merged or removed. */
  | { readonly kind: 'idle' }
  /** Another process was faster, or a file is damaged: there may be other work. */
  | { readonly kind: 'nothing-done' }
  | { readonly kind: 'merged'; readonly parts: number; readonly events: number; readonly bytes: number }
  | { readonly kind: 'index-merged'; readonly runs: number; readonly ids: number }
  | { readonly kind: 'consultations-indexed'; readonly spans: number }
  | { readonly kind: 'tidied'; readonly unlinked: number; readonly orphans: number };

/** A day gets late events: from a queue that was down, or a client's clock. After so long without one it is over. */
const quietMs = 3_600_000;

const dayMs = 86_400_000;

/** How often is looked for days that are over, where nothing else happens. */
const planEveryMs = 60_000;

const pathsOf = (files: readonly { readonly path: string }[]): readonly string[] => files.map(({ path }) => path);

/**
 * Merges parts and runs of the index into fewer, larger ones, keeps the index of consultations, and unlinks what is no longer needed. Any number may run at
 * once, beside sealers and readers, on any hosts: of those that merge the same, one commits, and what the others wrote is removed later.
 */
export class Merger {
  readonly #options: MergerOptions;
  readonly #log: CommitLog;
  readonly #abandoned = new Abandoned();
  readonly #passedOver: PassedOver;
  readonly #author: MergeAuthor;
  readonly #tidying: Tidying;
  readonly #spans: SpanKeeper;
  readonly #writing: MergeWriting;
  readonly #commits: CommitWriting;
  /** That there was nothing to merge, and until when that holds. */
  #idle: { readonly state: StoreState; readonly untilMs: number } | undefined;

  constructor(options: MergerOptions) {
    const { folder, files, logger, newId, compressionOf, limits, spanPositions } = options;
    const folders = new DurableFolders(files, path.resolve(folder));
    this.#options = options;
    this.#spans = new SpanKeeper({
      folder,
      files,
      folders,
      newId,
      logger,
      ...(spanPositions === undefined ? {} : { positions: spanPositions }),
    });
    this.#log = new CommitLog({ folder, files, logger });
    this.#passedOver = new PassedOver(logger);
    this.#author = new MergeAuthor(options, this.#log);
    this.#tidying = new Tidying(options);
    const announce = (file: string): void => this.#abandoned.add(file);
    this.#writing = { files, store: folder, folders, newId, announce, compressionOf, limits };
    this.#commits = { folder, files, folders, uniqueName: newId };
  }

  /**
   * Does one bounded piece of work, if there is any: one merge, or removing files. Call it again after anything but `idle`.
   * @throws LogDamaged, LogInconsistent, UntrustedNote when the log is not one to go on from.
   * @throws StoreUnavailable when the store can't be read or written for now, InvalidSetting when the key can't be had.
   * After any of them the store is as it was, but for files that a later commit removes.
   */
  merge(): Promise<MergeReport> {
    return namingOutage(`The store at ${this.#options.folder} could not be merged`, () => this.#merge());
  }

  async #merge(): Promise<MergeReport> {
    const { clock } = this.#options;
    // Before the log: what is committed after it was read must not look like an orphan.
    const listed = await this.#tidying.listIfDue();
    const state = await this.#log.catchUp();
    if (state.number === 0) return { kind: 'idle' };
    await publishDueSnapshot(this.#log, this.#commits, this.#options.logger);
    const { removed, unlinked } = await this.#tidying.find(state, listed);
    if (removed.length + unlinked.length > 0) return this.#tidy(removed, unlinked);
    const spans = await this.#spans.extend(state);
    if (spans > 0) return { kind: 'consultations-indexed', spans };
    if (this.#idle?.state === state && clock.nowMs() < this.#idle.untilMs) return { kind: 'idle' };
    const { runs, parts } = this.#plan(state);
    // Runs first: each costs every seal a look.
    if (runs) return this.#mergeRuns(state, runs);
    if (parts) return this.#mergeParts(state, parts);
    this.#idle = { state, untilMs: clock.nowMs() + planEveryMs };
    return { kind: 'idle' };
  }

  #plan(state: StoreState): {
    readonly runs: readonly CommittedRun[] | undefined;
    readonly parts: readonly CommittedPart[] | undefined;
  } {
    const { clock, limits, mostIds } = this.#options;
    this.#passedOver.keepOnly((file) => state.parts.has(file) || state.runs.has(file));
    const isFree = (file: { readonly path: string }): boolean => !this.#passedOver.has(file.path, clock.nowMs());
    const plans = planPartMerges([...state.parts.values()].filter(isFree), limits, this.#isOver);
    observeParts(state, plans);
    return { runs: planRunMerge([...state.runs.values()].filter(isFree), mostIds), parts: plans[0] };
  }

  readonly #isOver = (day: string, parts: readonly CommittedPart[]): boolean => {
    const longAgoMs = this.#options.clock.nowMs() - quietMs;
    return Date.parse(day) + dayMs <= longAgoMs && parts.every((part) => writtenAtMs(partIdOf(part.path)) <= longAgoMs);
  };

  async #mergeParts(state: StoreState, inputs: readonly CommittedPart[]): Promise<MergeReport> {
    const startMs = this.#options.clock.monotonicMs();
    const outputs = await this.#attempt(inputs, () => writeMerged(this.#writing, inputs));
    if (outputs === undefined) return { kind: 'nothing-done' };
    if (outputs.length >= inputs.length) {
      this.#passedOver.addForGood(pathsOf(inputs));
      return { kind: 'nothing-done' };
    }
    const changes = { added: outputs, removed: pathsOf(inputs) };
    const areLive = (newest: StoreState): boolean => inputs.every((part) => newest.parts.has(part.path));
    if (!(await this.#commit(state, areLive, outputs, changes))) return { kind: 'nothing-done' };
    const events = outputs.reduce((sum, { count }) => sum + count, 0);
    const bytes = outputs.reduce((sum, part) => sum + part.bytes, 0);
    mergedEvents.inc(events);
    mergedBytes.inc(bytes);
    mergedParts.inc(inputs.length);
    mergeLatency.observe(this.#options.clock.monotonicMs() - startMs);
    commitsMade.inc({ kind: 'merge' });
    return { kind: 'merged', parts: inputs.length, events, bytes };
  }

  async #mergeRuns(state: StoreState, runs: readonly CommittedRun[]): Promise<MergeReport> {
    const run = await this.#attempt(runs, () => writeMergedRun(this.#writing, runs));
    if (run === undefined) return { kind: 'nothing-done' };
    const changes = { runsAdded: [run], runsRemoved: pathsOf(runs) };
    const areLive = (newest: StoreState): boolean => runs.every(({ path: file }) => newest.runs.has(file));
    if (!(await this.#commit(state, areLive, [run], changes))) return { kind: 'nothing-done' };
    commitsMade.inc({ kind: 'index' });
    return { kind: 'index-merged', runs: runs.length, ids: run.entries };
  }

  /** @returns undefined when one of the inputs is damaged: they are left alone for a while then. */
  async #attempt<Result>(
    inputs: readonly { readonly path: string }[],
    write: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await write();
    } catch (error) {
      const isDamage = error instanceof PartDamaged || error instanceof RunDamaged || error instanceof RunsDisagree;
      if (!isDamage) throw error;
      const { parts, runs } = await this.#log.catchUp();
      // What went in between went with its merge or its day: nothing is wrong with that.
      const areLive = inputs.every((input) => parts.has(input.path) || runs.has(input.path));
      const damaged = error instanceof PartDamaged ? [error.path] : pathsOf(inputs);
      if (areLive) this.#passedOver.add(damaged, error, this.#options.clock.nowMs());
      return undefined;
    }
  }

  /** Commits a merge, unless the inputs of it have gone into another, or its outputs were removed as orphans. */
  async #commit(
    written: StoreState,
    areLive: (newest: StoreState) => boolean,
    outputs: readonly { readonly path: string }[],
    changes: Changes,
  ): Promise<boolean> {
    const { files, folder } = this.#options;
    const author = await this.#author.open();
    const done = await commit(this.#log, this.#commits, async (newest) => {
      if (!areLive(newest)) return undefined;
      if (newest !== written && !(await areThere(files, folder, newest, pathsOf(outputs)))) return undefined;
      const removed = [...(changes.removed ?? []), ...this.#abandoned.pending(newest, pathsOf(outputs))];
      return composeCommit(newest, { ...changes, removed }, author);
    });
    if (done === undefined) mergesForNothing.inc();
    await publishDueSnapshot(this.#log, this.#commits, this.#options.logger);
    return done !== undefined;
  }

  async #tidy(removed: readonly string[], unlinked: readonly string[]): Promise<MergeReport> {
    const author = await this.#author.open();
    const named = [...removed, ...this.#abandoned.pending(this.#log.state, [])];
    const done = await commit(this.#log, this.#commits, (newest) => {
      // Whoever published one of them may have committed it in between.
      const orphans = named.filter((file) => !isNamed(newest, file));
      const proposed = composeCommit(newest, { removed: orphans, unlinked }, author);
      return proposed.removed.length + proposed.unlinked.length > 0 ? proposed : undefined;
    });
    if (done === undefined) return { kind: 'nothing-done' };
    orphansFound.inc(removed.length);
    commitsMade.inc({ kind: 'tidy' });
    return { kind: 'tidied', unlinked: unlinked.length, orphans: removed.length };
  }
}
