import type { LargeStoreFiles } from '../files.ts';
import type { RunBuilder } from './build.ts';
import { publishRun, type RunWriting } from './publish-run.ts';
import { contentBytes, keyBytes, mostOffset, recordBytes } from './record.ts';
import type { NewId, RunRef } from './run.ts';

/** Records added between two writes: some 620 KB. */
const recordsPerWrite = 16_384;

/** The ids in the order that a run needs. */
export const sortByKey = (entries: readonly NewId[]): NewId[] =>
  entries.toSorted((left, right) => Buffer.compare(left.key, right.key));

function* addAll(builder: RunBuilder, entries: readonly NewId[]): Generator<void> {
  const record = Buffer.alloc(recordBytes);
  for (const [index, { key, contentHash, offset }] of entries.entries()) {
    if (key.length !== keyBytes || contentHash.length < contentBytes) {
      throw new RangeError(`A key has ${keyBytes} bytes, and a content hash at least ${contentBytes}.`);
    }
    if (!Number.isInteger(offset) || offset < 0 || offset > mostOffset) {
      throw new RangeError(`An offset is an integer from 0 to ${mostOffset}, not ${offset}.`);
    }
    record.set(key);
    record.set(contentHash.subarray(0, contentBytes), keyBytes);
    builder.add(record, 0, offset);
    if (index % recordsPerWrite === recordsPerWrite - 1) yield;
  }
}

/**
 * Publishes a run of new ids, each with a position offset from a base that the commit gives: set `basePosition` of what
 * comes back to it. A sealer that lost the race for a commit keeps its run and takes another base.
 * @param entries at least one, sorted by {@link sortByKey}, no key twice.
 * @throws RangeError when they are not.
 * @throws StoreUnavailable when the store can't be written; a retry is safe after it.
 */
export const writeRun = (
  files: LargeStoreFiles,
  store: string,
  entries: readonly NewId[],
  writing: RunWriting = {},
): Promise<Required<RunRef>> => publishRun(files, store, 0, (builder) => addAll(builder, entries), writing);
