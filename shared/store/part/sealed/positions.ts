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

  /** The first rows whose position offset is `from` or more, in ascending order of position. */
  async from(from: number, limit: number): Promise<readonly PositionedRow[]> {
    const found: PositionedRow[] = [];
    for (const window of await this.windows()) {
      if ((window.number + 1) * windowPositions <= from) continue;
      if (found.length >= limit) break;
      const rows = await this.#rowsOf(window);
      found.push(...rows.filter(({ positionOffset }) => positionOffset >= from));
    }
    return found.slice(0, limit);
  }

  async #rowsOf({ firstRow, endRow }: Window): Promise<readonly PositionedRow[]> {
    const { position_offset: offsets } = await this.#part.words(['position_offset'], firstRow, endRow);
    const rows = Array.from(offsets, (positionOffset, index) => ({ row: firstRow + index, positionOffset }));
    return rows.sort((left, right) => left.positionOffset - right.positionOffset);
  }
}
