import type { CommittedPart } from '../commits/format.ts';
import { type NumberedPart, windowsOf } from './window-events.ts';

/** The parts of a store by the windows of the log that they have rows in; each has a number for as long as it is looked at. */
export class PartsByWindow {
  readonly #paths: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** Sorted by the first window. */
  #waiting: readonly (NumberedPart & { readonly first: number; readonly last: number })[] = [];
  #next = 0;
  #active: (NumberedPart & { readonly last: number })[] = [];

  /** Takes the parts of a newer commit in place of those before. */
  replace(parts: Iterable<CommittedPart>): void {
    this.#waiting = [...parts]
      .map((part) => ({ part, number: this.#numberOf(part.path), ...windowsOf(part) }))
      .sort((left, right) => left.first - right.first);
    this.#next = 0;
    this.#active = [];
  }

  /** The parts with rows of their own in a window; windows are asked for in ascending order. */
  in(window: number): readonly NumberedPart[] {
    for (let part = this.#waiting[this.#next]; part && part.first <= window; part = this.#waiting[this.#next]) {
      this.#active.push(part);
      this.#next++;
    }
    this.#active = this.#active.filter(({ last }) => last >= window);
    return this.#active;
  }

  pathOf(number: number): string {
    return this.#paths[number] ?? '';
  }

  #numberOf(path: string): number {
    const known = this.#numbers.get(path);
    if (known !== undefined) return known;
    this.#numbers.set(path, this.#paths.length);
    return this.#paths.push(path) - 1;
  }
}
