import { RunsDisagree } from '../../domain/errors.ts';
import type { RangeReading } from '../files.ts';
import { keyText } from './identity-key.ts';
import { type KeyList, sortedKeys } from './key-list.ts';
import { PageCache } from './page-cache.ts';
import { type Found, probe } from './probe.ts';
import type { KeyBytes } from './record.ts';
import { isSameContent } from './record.ts';
import type { KnownId, RunRef } from './run.ts';

/** Runs that are read at once. */
const runsAtOnce = 4;

const probeAll = async (
  files: RangeReading,
  store: string,
  runs: readonly RunRef[],
  keys: KeyList,
  cache: PageCache,
  take: (run: RunRef, found: Found) => void,
): Promise<void> => {
  const left = runs.values();
  const probeOn = async (): Promise<void> => {
    for (const run of left) await probe(files, store, run, keys, cache, (found) => take(run, found));
  };
  const lanes = await Promise.allSettled(Array.from({ length: runsAtOnce }, probeOn));
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
};

/**
 * Looks a batch of keys up in all runs, by the text that `keyText` gives a key; what is in no run is not in the map.
 * What it finds does not depend on which runs were merged: of an id that is in several, the least position counts.
 *
 * Reads at most a few MB at a time. A key that is in none costs nothing in runs whose range of keys leaves it out, and
 * one page elsewhere unless the cache has it.
 * @param cache pages that former lookups read; keep one for as long as you look things up.
 * @throws RunDamaged when a run is not what was written, RunsDisagree when two hold an id with different contents.
 * @throws the system's error as it is: after `ENOENT` or `ESTALE`, start over with a newer commit's runs.
 */
export const lookup = async (
  files: RangeReading,
  store: string,
  runs: readonly RunRef[],
  keys: readonly KeyBytes[],
  cache = new PageCache(),
): Promise<Map<string, KnownId>> => {
  const known = new Map<string, KnownId>();
  const holders = new Map<string, string>();
  await probeAll(files, store, runs, sortedKeys(keys), cache, (run, { key, contentHash, offset }) => {
    const text = keyText(key);
    const position = run.basePosition + offset;
    const other = known.get(text);
    if (other && !isSameContent(other.contentHash, contentHash)) {
      throw new RunsDisagree(text, [holders.get(text) ?? '', run.path]);
    }
    holders.set(text, run.path);
    if (!other || position < other.position) known.set(text, { contentHash, position });
  });
  return known;
};
