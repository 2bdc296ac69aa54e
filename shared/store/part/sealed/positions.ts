import { windowPositions } from './layout.ts';
import type { PartFile } from './part-file.ts';

/** A row and its position. */
export interface PositionedRow {
  readonly row: number;
  /** Relative to the part's base. */
  readonly positionOffset: number;
}

/** The rows whose position offsets lie in `[number * 65,536, (number + 1) * 65,536)`. */
export interface Window {
  readonly number: number;
  readonly firstRow: number;
  readonly endRow: number;
}

/** Finds rows by their position: those of a window lie together, so that a look costs the offsets of 65,536 rows at most. */
export class Positions {
  readonly #part: PartFile;
  #windows: readonly Window[] | undefined;

  constructor(part: PartFile) {
    this.#part = part;
  }

  async windows(): Promise<readonly Window[]> {
    if (this.#windows) return this.#windows;
    const count = this.#part.rowsOf('window');
    const { window, window_first_row: firstRows } = await this.#part.words(['window', 'window_first_row'], 0, count, {
      window_first_row: 1,
    });
    this.#windows = Array.from(window, (number, index) => ({
      number,
      firstRow: firstRows[index] ?? 0,
      endRow: firstRows[index + 1] ?? 0,
    }));
    return this.#windows;
  }

  /**
   * The first rows whose position offset is `from` or more, in ascending order of position.
   * @param before windows that begin here or behind are not read
   */
  async from(from: number, limit: number, before = Number.POSITIVE_INFINITY): Promise<readonly PositionedRow[]> {
    const found: PositionedRow[] = [];
    for (const window of await this.windows()) {
      if ((window.number + 1) * windowPositions <= from) continue;
      if (found.length >= limit || window.number * windowPositions >= before) break;
      found.push(...(await this.#rowsOf(window, from, limit - found.length)));
    }
    return found;
  }

  async #rowsOf({ number, firstRow, endRow }: Window, from: number, limit: number): Promise<readonly PositionedRow[]> {
    const { position_offset: offsets } = await this.#part.words(['position_offset'], firstRow, endRow);
    // The position within the window above the row within it, so that numbers alone are sorted.
    const keys = new Uint32Array(offsets.length);
    let count = 0;
    for (let row = 0; row < offsets.length; row++) {
      const offset = offsets[row] ?? 0;
      if (offset >= from) keys[count++] = ((offset % windowPositions) * windowPositions + row) >>> 0;
    }
    return Array.from(keys.subarray(0, count).sort().subarray(0, limit), (key) => ({
      row: firstRow + (key % windowPositions),
      positionOffset: number * windowPositions + Math.floor(key / windowPositions),
    }));
  }
}
