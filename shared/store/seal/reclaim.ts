import path from 'node:path';
import { commitPath } from '../commits/names.ts';
import type { StoreState } from '../commits/state.ts';
import { type FilePublishing, isGone } from '../files.ts';
import { shareNowMs } from '../share-clock.ts';

/** Files that are unlinked between two commits at most, so that sealing goes on in between. */
const mostUnlinks = 2_000;

/**
 * Unlinks what a commit named as removed, once whoever may still have it in a list has had the time to finish.
 *
 * How long ago a commit appeared, nobody can read off its file, which was written before it got its name: a sealer may have slept
 * in between. So the time counts from the file of the next commit, whose author had read this one, or from when we saw it first.
 */
export class Reclaimer {
  readonly #files: FilePublishing;
  readonly #store: string;
  readonly #graceMs: number;
  readonly #uniqueName: () => string;
  /** By commit: a time by the share's clock at which it was surely there. */
  readonly #thereAtMs = new Map<number, number>();

  constructor(files: FilePublishing, store: string, graceMs: number, uniqueName: () => string) {
    this.#files = files;
    this.#store = store;
    this.#graceMs = graceMs;
    this.#uniqueName = uniqueName;
  }

  /**
   * @returns the paths that are gone now, which the next commit names as unlinked.
   * @throws Error the system's.
   */
  async reclaim(state: StoreState): Promise<readonly string[]> {
    const commits = [...new Set(state.removed.values())].sort((left, right) => left - right);
    this.#forget(new Set(commits));
    if (commits.length === 0) return [];
    const nowMs = await shareNowMs(this.#files, this.#store, this.#uniqueName());
    const unlinked: string[] = [];
    for (const commit of commits) {
      if (nowMs - (await this.#there(commit, state, nowMs)) < this.#graceMs) break;
      for (const [file, removedBy] of state.removed) {
        if (removedBy !== commit) continue;
        if (unlinked.length === mostUnlinks) return unlinked;
        await this.#unlink(file);
        unlinked.push(file);
      }
    }
    return unlinked;
  }

  #forget(keep: ReadonlySet<number>): void {
    for (const commit of this.#thereAtMs.keys()) if (!keep.has(commit)) this.#thereAtMs.delete(commit);
  }

  async #there(commit: number, state: StoreState, nowMs: number): Promise<number> {
    const known = this.#thereAtMs.get(commit);
    if (known !== undefined) return known;
    const following = commit < state.number ? path.join(this.#store, commitPath(commit + 1)) : undefined;
    const thereAtMs = following === undefined ? nowMs : await this.#files.modifiedAtMs(following);
    this.#thereAtMs.set(commit, thereAtMs);
    return thereAtMs;
  }

  async #unlink(file: string): Promise<void> {
    try {
      await this.#files.unlink(path.join(this.#store, file));
    } catch (error) {
      // Another sealer was faster, or we were, before the answer got lost.
      if (!isGone(error)) throw error;
    }
  }
}
