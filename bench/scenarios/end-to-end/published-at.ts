import { statSync } from 'node:fs';
import { partFiles } from '../../parts/live-files.ts';
import { readPart } from '../../parts/scan-parts.ts';

/**
 * When each event was safe in level 0, in Unix milliseconds: a publish syncs the part, links its name, syncs the folder and then unlinks the
 * temporary name, which is the last to change the inode's status (ctime; Linux keeps it to a tick of some milliseconds).
 */
export const publishedAt = (storeDir: string, eventIds: ReadonlySet<string>): ReadonlyMap<string, number> => {
  const times = new Map<string, number>();
  for (const file of partFiles(storeDir)) {
    const { ctimeMs } = statSync(file);
    for (const { eventId } of readPart({ path: file, basePosition: undefined }).rows) {
      if (eventIds.has(eventId)) times.set(eventId, Math.min(ctimeMs, times.get(eventId) ?? Number.POSITIVE_INFINITY));
    }
  }
  return times;
};
