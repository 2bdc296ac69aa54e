import path from 'node:path';

/** Where the positions of expired days are listed, relative to the store's folder. */
export const expiredRoot = 'log/expired';

/** The names of the files in there: UUIDv7s. */
export const expiredFile = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.positions$/;

/** Where the positions of one dropped day, or of what came late for it, are listed. */
export const expiredPath = (segment: string, day: string, id: string): string =>
  path.join(expiredRoot, segment, day, `${id}.positions`);
