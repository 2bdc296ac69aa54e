import type { PartDamaged } from '../../domain/errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import { skippedParts } from './metrics.ts';

/** How long a damaged part is left alone before it is looked at again: somebody may have restored it. */
const lookAgainMs = 60_000;

/** Level-0 parts that can't be sealed. They stay in the way of nobody: what is whole is sealed without them. */
export class SkippedParts {
  readonly #logger: Logger;
  readonly #foundAtMs = new Map<string, number>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(part: string, error: PartDamaged, nowMs: number): void {
    if (!this.#foundAtMs.has(part)) {
      this.#logger.error('a part is damaged; its events are not sealed until it is restored', { path: part, error });
    }
    this.#foundAtMs.set(part, nowMs);
    skippedParts.set(this.#foundAtMs.size);
  }

  /** Leaves out those that it is too early to look at again, and forgets those that are gone. */
  without(waiting: readonly string[], nowMs: number): readonly string[] {
    const still = new Set(waiting);
    for (const part of this.#foundAtMs.keys()) if (!still.has(part)) this.#foundAtMs.delete(part);
    skippedParts.set(this.#foundAtMs.size);
    return waiting.filter((part) => {
      const foundAtMs = this.#foundAtMs.get(part);
      return foundAtMs === undefined || nowMs - foundAtMs >= lookAgainMs;
    });
  }

  /** It could be read whole. */
  remove(part: string): void {
    this.#foundAtMs.delete(part);
  }
}
