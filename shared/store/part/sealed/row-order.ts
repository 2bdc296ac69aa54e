import { windowPositions } from './layout.ts';
import { compareUtf8 } from './text-order.ts';

/**
 * The order of rows within a window: by consultation, then by position.
 * @param consultations the consultation of each row
 * @param positions of each row, all within one window
 * @returns the rows' indices in that order
 * @throws RangeError when two rows hold one position.
 */
export const orderOfWindow = (consultations: readonly string[], positions: readonly number[]): Uint32Array => {
  const ranks = new Map([...new Set(consultations)].sort(compareUtf8).map((name, rank) => [name, rank]));
  const rowAt = new Int32Array(windowPositions).fill(-1);
  const keys = new Float64Array(positions.length);
  for (const [index, position] of positions.entries()) {
    const within = position % windowPositions;
    if (rowAt[within] !== -1) throw new RangeError(`position ${position} is held by two rows`);
    rowAt[within] = index;
    // Sorting numbers is several times as fast as sorting by a function; both fit a double.
    keys[index] = (ranks.get(consultations[index] ?? '') ?? 0) * windowPositions + within;
  }
  return Uint32Array.from(keys.sort(), (key) => rowAt[key % windowPositions] ?? 0);
};
