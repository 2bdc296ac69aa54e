import { RunsDisagree } from '../../domain/errors.ts';
import type { RangeReading } from '../files.ts';
import { keyText } from './identity-key.ts';
import { type KeyList, sortedKeys } from './key-list.ts';
import { PageCache } from './page-cache.ts';
import { probe } from './probe.ts';
import { contentBytes, isSameContent, type KeyBytes, keyBytes, readOffset } from './record.ts';
import type { KnownId, RunRef } from './run.ts';

/** Runs that are read at once. */
const runsAtOnce = 4;

/** What is known of the keys of a list, by their places in it. */
export interface KnownList {
  /** How many of them are known. */
  readonly count: number;
  /** Positions in the log; NaN for what is in no run. */
  readonly positions: Float64Array;
  /** The first 16 bytes of each content hash. */
  readonly contents: Buffer;
}

/** Puts together what the runs hold; of an id that is in several, the least position counts. */
class Knowledge implements KnownList {
  readonly positions: Float64Array;
  readonly contents: Buffer;
  count = 0;
  readonly #keys: KeyList;
  readonly #holders: (string | undefined)[];

  constructor(keys: KeyList) {
    this.#keys = keys;
    this.positions = new Float64Array(keys.count).fill(Number.NaN);
    this.contents = Buffer.alloc(keys.count * contentBytes);
    this.#holders = [];
  }

  add(run: RunRef, key: number, page: Buffer, at: number): void {
    const content = page.subarray(at + keyBytes, at + keyBytes + contentBytes);
    const position = run.basePosition + readOffset(page, at);
    const holder = this.#holders[key];
    if (holder === undefined) {
      this.count++;
      this.positions[key] = position;
      this.contents.set(content, key * contentBytes);
    } else if (isSameContent(this.contents.subarray(key * contentBytes), content)) {
      this.positions[key] = Math.min(position, this.positions[key] ?? position);
    } else {
      throw new RunsDisagree(keyText(this.#keys.bytes.subarray(key * keyBytes, (key + 1) * keyBytes)), [
        holder,
        run.path,
      ]);
    }
    this.#holders[key] = run.path;
  }
}

/**
 * Looks the keys of a list up in all runs. What it finds does not depend on which runs were merged: of an id that is in
 * several, the least position counts.
 *
 * Reads at most a few MB at a time. A key that is in none costs nothing in runs whose range of keys leaves it out, and
 * one page elsewhere unless the cache has it.
 * @param cache pages that former lookups read; keep one for as long as you look things up.
 * @throws RunDamaged when a run is not what was written, RunsDisagree when two hold an id with different contents.
 * @throws the system's error as it is: after `ENOENT` or `ESTALE`, start over with a newer commit's runs.
 */
export const lookupListed = async (
  files: RangeReading,
  store: string,
  runs: readonly RunRef[],
  keys: KeyList,
  cache = new PageCache(),
): Promise<KnownList> => {
  const known = new Knowledge(keys);
  const left = runs.values();
  const probeOn = async (): Promise<void> => {
    for (const run of left) {
      await probe(files, store, run, keys, cache, (key, page, at) => known.add(run, key, page, at));
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: runsAtOnce }, probeOn));
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
  return known;
};

/**
 * The same for single keys: by the text that `keyText` gives a key; what is in no run is not in the map.
 * @throws as {@link lookupListed} does.
 */
export const lookup = async (
  files: RangeReading,
  store: string,
  runs: readonly RunRef[],
  keys: readonly KeyBytes[],
  cache = new PageCache(),
): Promise<Map<string, KnownId>> => {
  const list = sortedKeys(keys);
  const { positions, contents } = await lookupListed(files, store, runs, list, cache);
  const known = new Map<string, KnownId>();
  for (const [key, position] of positions.entries()) {
    if (Number.isNaN(position)) continue;
    const contentHash = contents.subarray(key * contentBytes, (key + 1) * contentBytes);
    known.set(keyText(list.bytes.subarray(key * keyBytes, (key + 1) * keyBytes)), { contentHash, position });
  }
  return known;
};
