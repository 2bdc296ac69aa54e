import { isNamed, type StoreState } from '../commits/state.ts';

/**
 * Files that were published, or about to be, and that no commit names: of a batch that another sealer was faster with, or
 * that failed half-way. A commit names them as removed before anybody unlinks them.
 */
export class Abandoned {
  readonly #paths = new Set<string>();

  /** Remembers a file before it is published, so that none is forgotten whatever fails. */
  add(path: string): void {
    this.#paths.add(path);
  }

  /** Those to be named as removed. @param except of the batch that is about to be committed. */
  pending(state: StoreState, except: readonly string[]): readonly string[] {
    for (const path of this.#paths) if (isNamed(state, path)) this.#paths.delete(path);
    const wanted = new Set(except);
    return [...this.#paths].filter((path) => !wanted.has(path));
  }
}
