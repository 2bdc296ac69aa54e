import type { CommittedRun } from '../commits/format.ts';
import type { RangeReading } from '../files.ts';
import { identityKey, keyText } from '../known-ids/identity-key.ts';
import { lookup } from '../known-ids/lookup.ts';
import type { PageCache } from '../known-ids/page-cache.ts';
import { isSameContent, type KeyBytes } from '../known-ids/record.ts';
import type { RunRef } from '../known-ids/run.ts';
import type { Disputed, DistinctRows, SealRow } from './row.ts';

/** A row with the key that its id is known by. */
export interface KeyedRow extends SealRow {
  readonly key: KeyBytes;
}

export const runRefOf = ({ base_position, ...run }: CommittedRun): RunRef => ({ ...run, basePosition: base_position });

const withKey = (row: SealRow): KeyedRow => ({
  ...row,
  key: identityKey(row.event.consultationId, row.event.eventId),
});

/** What looking ids up needs. */
export interface KnownIds {
  readonly files: RangeReading;
  readonly store: string;
  readonly cache: PageCache;
}

/** Whether any of the rows is in one of the runs. @throws as `lookup` does */
export const anyKnown = async (
  { files, store, cache }: KnownIds,
  runs: readonly CommittedRun[],
  rows: readonly KeyedRow[],
): Promise<boolean> => {
  if (runs.length === 0 || rows.length === 0) return false;
  const keys = rows.map(({ key }) => key);
  return (await lookup(files, store, runs.map(runRefOf), keys, cache)).size > 0;
};

/**
 * Leaves out what is sealed already, however long ago; the same id with other content is disputed.
 * @throws as `lookup` does.
 */
export const dropKnown = async (
  { files, store, cache }: KnownIds,
  runs: readonly CommittedRun[],
  rows: readonly SealRow[],
): Promise<DistinctRows<KeyedRow>> => {
  const keyed = rows.map(withKey);
  const keys = keyed.map(({ key }) => key);
  const known = await lookup(files, store, runs.map(runRefOf), keys, cache);
  const disputed: Disputed<KeyedRow>[] = [];
  const fresh = keyed.filter((row) => {
    const found = known.get(keyText(row.key));
    if (found === undefined) return true;
    if (!isSameContent(found.contentHash, row.contentHash)) disputed.push({ row, heldBy: found.contentHash });
    return false;
  });
  return { rows: fresh, repeats: rows.length - fresh.length - disputed.length, disputed };
};
