import { InvalidField } from '../../domain/errors.ts';
import { uuidPattern } from '../../domain/event.ts';

/** Where a page begins. */
export interface Cursor {
  /** Sealed events behind this position; -1 for all of them. */
  readonly position: number;
  /** Then events that are not sealed, behind this id; empty for all of them. */
  readonly unsealedId: string;
}

export const fromTheStart: Cursor = { position: -1, unsealedId: '' };

/** Versioned, so that what is handed out today is never taken for something else by a later version. */
const form = new RegExp(`^([pu])2\\.(0|-1|[1-9]\\d{0,15})(?:\\.(${uuidPattern.slice(1, -1)}))?$`);
const plainPosition = /^(0|[1-9]\d{0,15})$/;

/** A cursor as text; opaque to clients. */
export const encodeCursor = ({ position, unsealedId }: Cursor): string =>
  Buffer.from(unsealedId === '' ? `p2.${position}` : `u2.${position}.${unsealedId}`, 'latin1').toString('base64url');

const decode = (text: string): Cursor | undefined => {
  if (plainPosition.test(text)) return { position: Number(text), unsealedId: '' };
  const [, kind, position, unsealedId] = form.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (position === undefined || (kind === 'u') !== (unsealedId !== undefined)) return undefined;
  const cursor = { position: Number(position), unsealedId: unsealedId ?? '' };
  return encodeCursor(cursor) === text ? cursor : undefined;
};

/**
 * Reads a former page's `next`, or the position of the last event that was read.
 * @throws InvalidField naming `after`.
 */
export const decodeCursor = (text: string): Cursor => {
  const cursor = decode(text);
  if (cursor === undefined || !Number.isSafeInteger(cursor.position)) {
    throw new InvalidField('after', "is not a cursor: hand back a former page's `next` as it was, or a position");
  }
  return cursor;
};

/**
 * Reads a cursor where there are sealed events only; -1 without one.
 * @throws InvalidField naming `after`, also for a cursor into what is not sealed.
 */
export const decodePosition = (text: string | undefined): number => {
  if (text === undefined) return fromTheStart.position;
  const { position, unsealedId } = decodeCursor(text);
  if (unsealedId !== '') throw new InvalidField('after', 'is a cursor of a page with unsealed events; here are none');
  return position;
};
