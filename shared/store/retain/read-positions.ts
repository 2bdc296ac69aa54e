import { LogDamaged } from '../../domain/errors.ts';
import { type ExpiredDay, fileSha256 } from '../commits/format.ts';
import { readIfThere } from '../commits/read-commit.ts';
import type { StoreState } from '../commits/state.ts';
import type { FileReading } from '../files.ts';
import type { PositionSet } from './position-set.ts';
import { decodePositions } from './positions-file.ts';

/**
 * The positions of an expired day, as its commit vouches for them.
 * @returns undefined when the file is not there.
 * @throws LogDamaged naming the file when it is not what the commit says, or the system's error.
 */
export const readExpiredPositions = async (
  files: Pick<FileReading, 'read'>,
  store: string,
  day: ExpiredDay,
): Promise<PositionSet | undefined> => {
  const bytes = await readIfThere(files, store, day.path);
  if (bytes === undefined) return undefined;
  if (bytes.length !== day.bytes || fileSha256(bytes) !== day.sha256) {
    throw new LogDamaged(day.path, 'its bytes are not those that its commit names');
  }
  const positions = decodePositions(day.path, bytes);
  const ends = positions.ends();
  if (positions.size !== day.count || ends?.first !== day.first_position || ends.last !== day.last_position) {
    throw new LogDamaged(day.path, 'it lists other positions than its commit says');
  }
  return positions;
};

/**
 * The expired day that a position was dropped with; undefined when none was.
 * @throws LogDamaged when a list that may have it is missing or damaged, or the system's error.
 */
export const expiredDayOf = async (
  files: Pick<FileReading, 'read'>,
  store: string,
  state: StoreState,
  position: number,
): Promise<ExpiredDay | undefined> => {
  for (const day of state.expired.values()) {
    if (position < day.first_position || position > day.last_position) continue;
    const positions = await readExpiredPositions(files, store, day);
    if (positions === undefined) throw new LogDamaged(day.path, 'a commit names it, and it is missing');
    if (positions.has(position)) return day;
  }
  return undefined;
};
