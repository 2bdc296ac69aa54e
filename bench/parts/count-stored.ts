import { eventNumber } from '../load/plan.ts';
import type { LoadRun } from '../load/run-loads.ts';
import { scanParts } from './scan-parts.ts';

/** What the parts hold of what was sent. */
export interface StoredCount {
  readonly parts: number;
  readonly rows: number;
  /** Rows of an event that another row has too. */
  readonly repeatedRows: number;
  /** Events that got a 202 and are in no part. */
  readonly missing: number;
}

const idPrefixLength = 24;

/** Opens every part that counts, and looks for every event that some loads got a 202 for. */
export const countStored = (storeDir: string, runs: readonly LoadRun[]): StoredCount => {
  const stored = new Map(runs.map(({ idPrefix, result }) => [idPrefix, new Uint8Array(result.sentEvents)]));
  const count = { parts: 0, rows: 0, repeatedRows: 0, missing: 0 };
  for (const part of scanParts(storeDir)) {
    count.parts++;
    for (const { eventId } of part.rows) {
      count.rows++;
      const idPrefix = eventId.slice(0, idPrefixLength);
      const seen = stored.get(idPrefix);
      const number = eventNumber(idPrefix, eventId);
      if (seen === undefined || number === undefined) continue;
      if (seen[number] === 1) count.repeatedRows++;
      seen[number] = 1;
    }
  }
  for (const { idPrefix, result } of runs) {
    const seen = stored.get(idPrefix);
    for (const [number, accepted] of result.accepted.entries()) {
      if (accepted === 1 && seen?.[number] !== 1) count.missing++;
    }
  }
  return count;
};
