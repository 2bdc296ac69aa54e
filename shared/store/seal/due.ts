import type { PartId } from '../../domain/ids.ts';
import { partIdOf } from '../level0-names.ts';

/** When it is time to seal. */
export interface SealPace {
  /** So many level-0 parts waiting are sealed at once. */
  readonly waitingParts: number;
  /** A part that has waited so long is sealed, however few there are. */
  readonly waitingMs: number;
}

/** When a part was written, by its writer's clock: the first 48 bits of a UUIDv7 are Unix milliseconds. */
export const writtenAtMs = (id: PartId): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/**
 * Tells when there is enough to seal. A writer's clock may be ahead of ours, so that a part is also as old as we have
 * known it.
 */
export class SealTiming {
  readonly #pace: SealPace;
  #firstSeenMs = new Map<string, number>();

  constructor(pace: SealPace) {
    this.#pace = pace;
  }

  /** @param waiting paths of the level-0 parts that are not sealed. */
  isDue(waiting: readonly string[], nowMs: number): boolean {
    this.#firstSeenMs = new Map(waiting.map((part) => [part, this.#firstSeenMs.get(part) ?? nowMs]));
    if (waiting.length >= this.#pace.waitingParts) return true;
    return waiting.some((part) => {
      const sinceMs = Math.min(writtenAtMs(partIdOf(part)), this.#firstSeenMs.get(part) ?? nowMs);
      return nowMs - sinceMs >= this.#pace.waitingMs;
    });
  }
}
