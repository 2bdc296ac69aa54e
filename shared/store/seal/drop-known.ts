import type { CommittedRun } from '../commits/format.ts';
import type { RangeReading } from '../files.ts';
import type { KeyList } from '../known-ids/key-list.ts';
import { lookupListed } from '../known-ids/lookup.ts';
import type { PageCache } from '../known-ids/page-cache.ts';
import { contentBytes } from '../known-ids/record.ts';
import type { RunRef } from '../known-ids/run.ts';
import type { SealBatch } from './batch.ts';
import type { Disputed } from './conflicts-among.ts';

/** Events that have their ids for themselves, and those that lost theirs to an earlier one with other content. */
export interface DistinctEvents {
  readonly events: Uint32Array;
  /** How many were dropped, since the same event is there already. */
  readonly repeats: number;
  readonly disputed: readonly Disputed[];
}

export const runRefOf = ({ base_position, ...run }: CommittedRun): RunRef => ({ ...run, basePosition: base_position });

/** What looking ids up needs. */
export interface KnownIds {
  readonly files: RangeReading;
  readonly store: string;
  readonly cache: PageCache;
}

/** Whether any of the keys is in one of the runs. @throws as `lookupListed` does */
export const anyKnown = async (
  { files, store, cache }: KnownIds,
  runs: readonly CommittedRun[],
  keys: KeyList,
): Promise<boolean> => (await lookupListed(files, store, runs.map(runRefOf), keys, cache)).count > 0;

/**
 * Leaves out what is sealed already, however long ago; the same id with other content is disputed.
 * @throws as `lookupListed` does.
 */
export const dropKnown = async (
  { files, store, cache }: KnownIds,
  runs: readonly CommittedRun[],
  batch: SealBatch,
): Promise<DistinctEvents> => {
  const { list, placeOf } = batch.keys;
  const { positions, contents } = await lookupListed(files, store, runs.map(runRefOf), list, cache);
  const events = new Uint32Array(batch.count);
  const disputed: Disputed[] = [];
  let fresh = 0;
  for (let event = 0; event < batch.count; event++) {
    const place = placeOf[event] ?? 0;
    if (Number.isNaN(positions[place])) events[fresh++] = event;
    else if (!batch.hasContent(event, contents, place * contentBytes)) {
      disputed.push({ event, heldBy: contents.subarray(place * contentBytes, (place + 1) * contentBytes) });
    }
  }
  return { events: events.subarray(0, fresh), repeats: batch.count - fresh - disputed.length, disputed };
};
