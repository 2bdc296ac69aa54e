import type { LoadRun } from '../load/run-loads.ts';
import { liveFiles } from './live-files.ts';
import { readEventIds } from './scan-parts.ts';

/** What the parts hold of what was sent. */
export interface StoredCount {
  readonly parts: number;
  readonly rows: number;
  /** Rows of an event that another row has too. */
  readonly repeatedRows: number;
  /** Events that got a 202 and are in no part. */
  readonly missing: number;
}

const idBytes = 16;
/** An id of the generator is its run's prefix and the event's number, as load/plan.ts makes it. */
const prefixBytes = 10;
const keyOf = (idPrefix: string): string => idPrefix.replaceAll('-', '');

/** Opens every part that counts, and looks for every event that some loads got a 202 for. */
export const countStored = (storeDir: string, runs: readonly LoadRun[]): StoredCount => {
  const stored = new Map(runs.map(({ idPrefix, result }) => [keyOf(idPrefix), new Uint8Array(result.sentEvents)]));
  const count = { parts: 0, rows: 0, repeatedRows: 0, missing: 0 };
  const { sealed, unsealed } = liveFiles(storeDir);
  for (const { path } of [...sealed, ...unsealed]) {
    count.parts++;
    const ids = readEventIds(path);
    for (let at = 0; at < ids.length; at += idBytes) {
      count.rows++;
      const seen = stored.get(ids.toString('hex', at, at + prefixBytes));
      if (seen === undefined) continue;
      const number = ids.readUIntBE(at + prefixBytes, idBytes - prefixBytes);
      if (seen[number] === 1) count.repeatedRows++;
      seen[number] = 1;
    }
  }
  for (const { idPrefix, result } of runs) {
    const seen = stored.get(keyOf(idPrefix));
    for (const [number, accepted] of result.accepted.entries()) {
      if (accepted === 1 && seen?.[number] !== 1) count.missing++;
    }
  }
  return count;
};
