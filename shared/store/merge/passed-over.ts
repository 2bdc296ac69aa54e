import type { Logger } from '../../telemetry/log.ts';

/** How long a file that could not be merged is left alone before it is tried again: somebody may have restored it. */
const tryAgainMs = 600_000;

/** Files that merging does without for now, so that one of them stands in the way of no other. */
export class PassedOver {
  readonly #logger: Logger;
  readonly #untilMs = new Map<string, number>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Leaves files alone for a while. @param error what is wrong with them, said once */
  add(paths: readonly string[], error: Error, nowMs: number): void {
    if (!paths.every((path) => this.#untilMs.has(path))) {
      this.#logger.error('files are not merged, since one is damaged or missing; they stay as they are', { error });
    }
    for (const path of paths) this.#untilMs.set(path, nowMs + tryAgainMs);
  }

  /** Leaves files alone for as long as this process lives: merging them saves nothing. */
  addForGood(paths: readonly string[]): void {
    for (const path of paths) this.#untilMs.set(path, Number.POSITIVE_INFINITY);
  }

  has(path: string, nowMs: number): boolean {
    return nowMs < (this.#untilMs.get(path) ?? 0);
  }

  /** Forgets what is no longer live. */
  keepOnly(isLive: (path: string) => boolean): void {
    for (const path of this.#untilMs.keys()) if (!isLive(path)) this.#untilMs.delete(path);
  }
}
