import type { Clock } from '../../ports/clock.ts';
import type { StoreState } from '../commits/state.ts';
import type { SealFiles } from '../files.ts';
import { SupersededTiles } from '../log/tiles/superseded-tiles.ts';
import { Reclaimer } from '../seal/reclaim.ts';
import { shareNowMs } from '../share-clock.ts';
import { listPublished, orphansAmong } from './orphans.ts';

/** How often is looked for files whose grace is over. */
const reclaimEveryMs = 60_000;

/** How often all folders of parts are listed: what it finds is rare, and there are as many folders as days. */
const listEveryMs = 3_600_000;

export interface TidyingOptions {
  /** The store's folder. */
  readonly folder: string;
  readonly files: SealFiles;
  readonly clock: Clock;
  readonly newId: () => string;
  /** By the share's clock. */
  readonly graceMs: number;
}

/** What the next commit names. */
export interface Tidied {
  /** Orphans. */
  readonly removed: readonly string[];
  /** Files that were named as removed, and are gone now. */
  readonly unlinked: readonly string[];
}

/** Whether something was not done for so long. */
class Every {
  readonly #everyMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  isDue(nowMs: number): boolean {
    if (nowMs - this.#lastMs < this.#everyMs) return false;
    this.#lastMs = nowMs;
    return true;
  }
}

/** Finds orphans, and unlinks what was removed, and tiles that were superseded, for longer than the grace: now and then, since both read much and find little. */
export class Tidying {
  readonly #options: TidyingOptions;
  readonly #reclaimer: Reclaimer;
  readonly #tiles: SupersededTiles;
  readonly #listing = new Every(listEveryMs);
  readonly #reclaiming = new Every(reclaimEveryMs);

  constructor(options: TidyingOptions) {
    const { files, folder, graceMs, newId } = options;
    this.#options = options;
    this.#reclaimer = new Reclaimer(files, folder, graceMs, newId);
    this.#tiles = new SupersededTiles({ files, store: folder, graceMs });
  }

  /** All published files, when it is time to look at them; undefined otherwise. Ask before the log is read. */
  async listIfDue(): Promise<readonly string[] | undefined> {
    const { files, folder, clock } = this.#options;
    return this.#listing.isDue(clock.monotonicMs()) ? listPublished(files, folder) : undefined;
  }

  /** @param state the newest one. @throws Error the system's */
  async find(state: StoreState, listed: readonly string[] | undefined): Promise<Tidied> {
    const { files, folder, clock, graceMs, newId } = this.#options;
    const removed: string[] = [];
    if (listed && listed.length > 0) {
      const beforeMs = (await shareNowMs(files, folder, newId())) - graceMs;
      removed.push(...(await orphansAmong(files, folder, state, listed, beforeMs)));
    }
    if (!this.#reclaiming.isDue(clock.monotonicMs())) return { removed, unlinked: [] };
    await this.#tiles.remove(state.tree.size);
    return { removed, unlinked: await this.#reclaimer.reclaim(state) };
  }
}
