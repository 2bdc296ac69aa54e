import path from 'node:path';
import { LogDamaged, PartDamaged } from '../../domain/errors.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Logger } from '../../telemetry/log.ts';
import { CommitLog } from '../commits/commit-log.ts';
import { commit } from '../commits/committer.ts';
import { composeCommit } from '../commits/compose.ts';
import { type ExpiredDay, fileSha256 } from '../commits/format.ts';
import type { CommitWriting } from '../commits/publish-commit.ts';
import { publishDueSnapshot } from '../commits/publish-due-snapshot.ts';
import type { StoreState } from '../commits/state.ts';
import { isGone } from '../files.ts';
import { DurableFolders } from '../folders.ts';
import { type AuthorOptions, MergeAuthor } from '../merge/author.ts';
import { namingOutage } from '../outage.ts';
import { publish } from '../publish.ts';
import { Abandoned } from '../seal/abandoned.ts';
import { areThere } from '../seal/are-there.ts';
import { commitsMade } from '../seal/metrics.ts';
import { TileKeeper } from '../seal/tile-keeper.ts';
import { shareNowMs } from '../share-clock.ts';
import { type DueDay, type DueFilter, dueDays } from './due.ts';
import { LeafTiles } from './leaf-tiles.ts';
import { dueDaysLeft, expiredBytes, expiredDays, expiredEvents } from './metrics.ts';
import { expiredPath } from './names.ts';
import { PositionSet } from './position-set.ts';
import { encodePositions } from './positions-file.ts';
import { heldConsultation, positionsOfDay } from './read-day.ts';
import { retentionEndMs, signExpired } from './statement.ts';

export interface RetainerOptions extends AuthorOptions {
  readonly logger: Logger;
  /** UUIDv7s, each once. */
  readonly newId: () => string;
  /** The policy as it is now. */
  readonly policy: () => Pick<Policy, 'retentionDaysOf' | 'holds'>;
}

/** Why a day stays. */
export type Kept =
  /** The policy holds its segment, or a consultation that it has an event of: it stays, whole. */
  | { readonly kind: 'held'; readonly reason: string }
  /** Which events it has can't be told; it stays. */
  | { readonly kind: 'damaged'; readonly reason: string }
  /** Others changed its parts meanwhile: look again. */
  | { readonly kind: 'outrun' };

/** What became of a day. */
export type DayOutcome = { readonly kind: 'dropped' } | Kept;

/**
 * Drops whole days of a segment once their retention is over. Their leaf hashes stay in the log's tiles and their ids in the
 * index, so that the log still verifies and none of them is ever stored again. Any number may run at once, beside sealers, mergers
 * and readers, on any hosts: a day is dropped by one commit or not at all, and its parts go after the grace, as merged ones do.
 */
export class Retainer {
  readonly #options: RetainerOptions;
  readonly #outage: string;
  readonly #log: CommitLog;
  readonly #abandoned = new Abandoned();
  readonly #author: MergeAuthor;
  readonly #tiles: TileKeeper;
  readonly #folders: DurableFolders;
  readonly #commits: CommitWriting;

  constructor(options: RetainerOptions) {
    const { folder, files, logger, newId } = options;
    this.#options = options;
    this.#outage = `No day of the store at ${folder} could be dropped`;
    this.#log = new CommitLog({ folder, files, logger });
    this.#author = new MergeAuthor(options, this.#log);
    this.#folders = new DurableFolders(files, path.resolve(folder));
    this.#tiles = new TileKeeper({ files, store: folder, folders: this.#folders, uniqueName: newId }, this.#log);
    this.#commits = { folder, files, folders: this.#folders, uniqueName: newId };
  }

  /**
   * The days whose retention is over, the oldest first, as of the newest commit.
   * @throws LogDamaged, StoreUnavailable
   */
  async due(filter: DueFilter = {}): Promise<readonly DueDay[]> {
    const { policy } = this.#options;
    return namingOutage(this.#outage, async () => {
      const state = await this.#log.catchUp();
      if (state.number === 0) return [];
      const nowMs = await this.#nowMs();
      const due = dueDays(state, (segment) => policy().retentionDaysOf(segment), nowMs, filter);
      dueDaysLeft.set(due.length);
      return due;
    });
  }

  /** Why a day stays although its retention is over, as far as that can be told without reading its events. Changes nothing. */
  async keptBy(day: DueDay): Promise<Kept | undefined> {
    return namingOutage(this.#outage, () => this.#reading(day, async () => undefined));
  }

  /**
   * Drops one day. After any error the store is as it was, but for files that a later commit removes.
   * @throws LogDamaged, LogInconsistent, UntrustedNote when the log is not one to go on from.
   * @throws StoreUnavailable when the store can't be read or written for now, InvalidSetting when the key can't be had.
   */
  async drop(day: DueDay): Promise<DayOutcome> {
    const { files, folder } = this.#options;
    return namingOutage(this.#outage, async () => {
      // Hashes that no tile has yet can be had from the events alone.
      const { tree } = await this.#log.catchUp();
      await this.#tiles.complete();
      const content = await this.#reading(day, () =>
        positionsOfDay(files, folder, day, new LeafTiles(files, folder, tree.size)),
      );
      return content instanceof PositionSet ? this.#dropFree(day, content) : content;
    });
  }

  /** Lets `read` read a day, unless the policy holds it; tells damage from what others did meanwhile. */
  async #reading<Result>(day: DueDay, read: () => Promise<Result>): Promise<Result | Kept> {
    const { files, folder, policy } = this.#options;
    const { segments, consultations } = policy().holds;
    const { segment, parts } = day;
    if (segments.has(segment)) return { kind: 'held', reason: `the policy holds the segment ${segment}` };
    try {
      const held = await heldConsultation(files, folder, day, consultations);
      if (held !== undefined) return { kind: 'held', reason: `the policy holds the consultation ${held}` };
      return await read();
    } catch (error) {
      const isDamage = error instanceof PartDamaged || error instanceof LogDamaged;
      if (!(isDamage || isGone(error))) throw error;
      const state = await this.#log.catchUp();
      // What went in between went with a merge, or was dropped by somebody else.
      if (!parts.every((part) => state.parts.has(part.path))) return { kind: 'outrun' };
      if (!isDamage) throw error;
      return { kind: 'damaged', reason: error.message };
    }
  }

  async #dropFree(day: DueDay, positions: PositionSet): Promise<DayOutcome> {
    const { files, folder } = this.#options;
    const written = this.#log.state;
    const nowMs = await this.#nowMs();
    // The share's clock may have been set back since: no day is signed as dropped before its time.
    if (nowMs < retentionEndMs(day.day, day.retentionDays)) return { kind: 'outrun' };
    const unsigned = await this.#publishPositions(day, positions, nowMs);
    const author = await this.#author.open();
    const expired = [{ ...unsigned, signature: signExpired(author.signer, unsigned) }];
    const areLive = (newest: StoreState): boolean => day.parts.every((part) => newest.parts.has(part.path));
    const done = await commit(this.#log, this.#commits, async (newest) => {
      if (!areLive(newest)) return undefined;
      if (newest !== written && !(await areThere(files, folder, newest, [unsigned.path]))) return undefined;
      const removed = [...day.parts.map((part) => part.path), ...this.#abandoned.pending(newest, [unsigned.path])];
      return composeCommit(newest, { expired, removed }, author);
    });
    if (done === undefined) return { kind: 'outrun' };
    commitsMade.inc({ kind: 'retain' });
    expiredDays.inc();
    dueDaysLeft.dec();
    expiredEvents.inc(unsigned.count);
    expiredBytes.inc(day.parts.reduce((sum, { bytes }) => sum + bytes, 0));
    await publishDueSnapshot(this.#log, this.#commits, this.#options.logger);
    return { kind: 'dropped' };
  }

  /** Writes which positions are to go; they count once a commit names the file. */
  async #publishPositions(day: DueDay, positions: PositionSet, nowMs: number): Promise<Omit<ExpiredDay, 'signature'>> {
    const { files, folder, newId } = this.#options;
    const id = newId();
    const target = expiredPath(day.segment, day.day, id);
    const bytes = encodePositions(positions);
    this.#abandoned.add(target);
    await publish(files, { store: folder, temporaryName: `${id}.positions`, target, bytes }, this.#folders);
    const { first = 0, last = 0 } = positions.ends() ?? {};
    return {
      path: target,
      bytes: bytes.length,
      sha256: fileSha256(bytes),
      segment: day.segment,
      day: day.day,
      count: positions.size,
      first_position: first,
      last_position: last,
      retention_days: day.retentionDays,
      expired_at: new Date(nowMs).toISOString(),
    };
  }

  /** By the earlier of this host's clock and the share's: one that is ahead must not cost a day. */
  async #nowMs(): Promise<number> {
    const { files, folder, clock, newId } = this.#options;
    await this.#folders.ensure('tmp');
    return Math.min(clock.nowMs(), await shareNowMs(files, folder, newId()));
  }
}
