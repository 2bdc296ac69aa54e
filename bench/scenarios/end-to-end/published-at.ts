import { statSync } from 'node:fs';
import { partFiles } from '../../parts/live-files.ts';
import { readEventIds } from '../../parts/scan-parts.ts';

const idBytes = 16;
const keyOf = (eventId: string): string => eventId.replaceAll('-', '');

/**
 * When each event was safe in level 0, in Unix milliseconds: a publish syncs the part, links its name, syncs the folder and then unlinks the
 * temporary name, which is the last to change the inode's status (ctime; Linux keeps it to a tick of some milliseconds).
 */
export const publishedAt = (storeDir: string, eventIds: readonly string[]): ReadonlyMap<string, number> => {
  const wanted = new Map(eventIds.map((eventId) => [keyOf(eventId), eventId]));
  const times = new Map<string, number>();
  for (const file of partFiles(storeDir)) {
    const { ctimeMs } = statSync(file);
    const ids = readEventIds(file);
    for (let at = 0; at < ids.length; at += idBytes) {
      const eventId = wanted.get(ids.toString('hex', at, at + idBytes));
      if (eventId !== undefined) times.set(eventId, Math.min(ctimeMs, times.get(eventId) ?? Number.POSITIVE_INFINITY));
    }
  }
  return times;
};
