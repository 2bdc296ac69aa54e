import { InvalidField } from '../../domain/errors.ts';
import type { LetterId } from '../../domain/ids.ts';
import { isLetterId } from '../../domain/letter.ts';

const prefix = 'q1.';

/** A cursor among letters: the last id that was looked at. Opaque to clients, and of a version of its own. */
export const encodeCursor = (lastId: LetterId): string => Buffer.from(prefix + lastId, 'latin1').toString('base64url');

/** @throws InvalidField naming `after`. */
export const decodeCursor = (text: string): LetterId => {
  const decoded = Buffer.from(text, 'base64url').toString('latin1');
  const lastId = decoded.slice(prefix.length);
  if (!decoded.startsWith(prefix) || !isLetterId(lastId) || encodeCursor(lastId) !== text) {
    throw new InvalidField('after', 'is not a cursor: hand back the `next` of a former answer as it was');
  }
  return lastId;
};
