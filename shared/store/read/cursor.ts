import { InvalidField } from '../../domain/errors.ts';
import { uuidPattern } from '../../domain/event.ts';

const prefix = 'u1.';
const uuid = new RegExp(uuidPattern);

/** A cursor among events that are not sealed yet: the last id that was read. Opaque to clients, and of a version of its own. */
export const encodeCursor = (lastEventId: string): string =>
  Buffer.from(prefix + lastEventId, 'latin1').toString('base64url');

/** @throws InvalidField naming `after`. */
export const decodeCursor = (text: string): string => {
  const decoded = Buffer.from(text, 'base64url').toString('latin1');
  const lastEventId = decoded.slice(prefix.length);
  if (!decoded.startsWith(prefix) || !uuid.test(lastEventId) || encodeCursor(lastEventId) !== text) {
    throw new InvalidField('after', 'is not a cursor: hand back the `next` of a former page as it was');
  }
  return lastEventId;
};
