import { windowPositions } from './layout.ts';
import { compareUtf8 } from './text-order.ts';

/** The place of each name when all are sorted as they are in a part. */
export const ranksOf = (names: Iterable<string>): ReadonlyMap<string, number> =>
  new Map([...new Set(names)].sort(compareUtf8).map((name, rank) => [name, rank]));

/**
 * The order of rows within a window: by consultation, then by position.
 * @param ranks of each row's consultation
 * @param positions of each row, all within one window
 * @returns the rows' indices in that order
 * @throws RangeError when two rows hold one position.
 */
export const orderOfWindow = (ranks: ArrayLike<number>, positions: ArrayLike<number>): Uint32Array => {
  const rowAt = new Int32Array(windowPositions).fill(-1);
  const keys = new Float64Array(positions.length);
  for (let index = 0; index < keys.length; index++) {
    const position = positions[index] ?? 0;
    const within = position % windowPositions;
    if (rowAt[within] !== -1) throw new RangeError(`position ${position} is held by two rows`);
    rowAt[within] = index;
    // Sorting numbers is several times as fast as sorting by a function; both fit a double.
    keys[index] = (ranks[index] ?? 0) * windowPositions + within;
  }
  return Uint32Array.from(keys.sort(), (key) => rowAt[key % windowPositions] ?? 0);
};
