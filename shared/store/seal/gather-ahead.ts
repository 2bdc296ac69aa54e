import type { WaitingPart } from './waiting-part.ts';

/** Reads a batch of what waits: as {@link gather} does. */
export type Gather = (waiting: readonly string[]) => Promise<readonly WaitingPart[]>;

/**
 * Gathers one batch, and the one behind it while the first is sealed: this thread reads and hashes while others deflate and sync.
 * Parts never change once they have their names, so what was read early is what would be read now.
 */
export class GatherAhead {
  readonly #gather: Gather;
  #ahead: Promise<readonly WaitingPart[] | undefined> | undefined;

  constructor(gather: Gather) {
    this.#gather = gather;
  }

  /**
   * The next batch of what waits, read already if none of it was taken away meanwhile. Begins with the one behind it.
   * @throws as gathering does; what failed ahead of its time is tried again.
   */
  async next(waiting: readonly string[]): Promise<readonly WaitingPart[]> {
    const parts = (await this.#takeAhead(waiting)) ?? (await this.#gather(waiting));
    const last = parts.at(-1);
    if (last !== undefined) this.#begin(waiting.slice(waiting.indexOf(last.path) + 1));
    return parts;
  }

  /** Lets go of what was read: nothing is due. */
  drop(): void {
    this.#ahead = undefined;
  }

  #begin(waiting: readonly string[]): void {
    if (waiting.length > 0) this.#ahead = this.#gather(waiting).catch(() => undefined);
  }

  async #takeAhead(waiting: readonly string[]): Promise<readonly WaitingPart[] | undefined> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const parts = (await ahead) ?? [];
    const still = new Set(waiting);
    return parts.length > 0 && parts.every(({ path }) => still.has(path)) ? parts : undefined;
  }
}
