import type { LargeStoreFiles } from '../files.ts';
import type { RunBuilder } from './build.ts';
import { publishRun, type RunWriting } from './publish-run.ts';
import { contentBytes, copyBytes, keyBytes, mostOffset, recordBytes } from './record.ts';
import type { NewId, RunRef } from './run.ts';

/** Records added between two writes: some 620 KB. */
const recordsPerWrite = 16_384;

/** The ids in the order that a run needs. */
export const sortByKey = (entries: readonly NewId[]): NewId[] =>
  entries.toSorted((left, right) => Buffer.compare(left.key, right.key));

/** Ids in the order of their keys, each once, packed one after another. */
export interface SortedIds {
  readonly count: number;
  readonly keys: Buffer;
  /** The first 16 bytes of each content hash. */
  readonly contents: Buffer;
  readonly offsets: ArrayLike<number>;
}

const pack = (entries: readonly NewId[]): SortedIds => {
  const count = entries.length;
  const ids = {
    count,
    keys: Buffer.alloc(count * keyBytes),
    contents: Buffer.alloc(count * contentBytes),
    offsets: entries.map(({ offset }) => offset),
  };
  for (const [index, { key, contentHash }] of entries.entries()) {
    if (key.length !== keyBytes || contentHash.length < contentBytes) {
      throw new RangeError(`A key has ${keyBytes} bytes, and a content hash at least ${contentBytes}.`);
    }
    ids.keys.set(key, index * keyBytes);
    ids.contents.set(contentHash.subarray(0, contentBytes), index * contentBytes);
  }
  return ids;
};

function* addAll(builder: RunBuilder, { count, keys, contents, offsets }: SortedIds): Generator<void> {
  const record = Buffer.alloc(recordBytes);
  for (let index = 0; index < count; index++) {
    const offset = offsets[index] ?? -1;
    if (!Number.isInteger(offset) || offset < 0 || offset > mostOffset) {
      throw new RangeError(`An offset is an integer from 0 to ${mostOffset}, not ${offset}.`);
    }
    copyBytes(keys, index * keyBytes, record, 0, keyBytes);
    copyBytes(contents, index * contentBytes, record, keyBytes, contentBytes);
    builder.add(record, 0, offset);
    if (index % recordsPerWrite === recordsPerWrite - 1) yield;
  }
}

/**
 * Publishes a run of new ids, each with a position offset from a base that the commit gives: set `basePosition` of what
 * comes back to it. A sealer that lost the race for a commit keeps its run and takes another base.
 * @param ids at least one.
 * @throws RangeError when they are not in order, or one comes twice.
 * @throws StoreUnavailable when the store can't be written; a retry is safe after it.
 */
export const writeSortedIds = (
  files: LargeStoreFiles,
  store: string,
  ids: SortedIds,
  writing: RunWriting = {},
): Promise<Required<RunRef>> => publishRun(files, store, 0, (builder) => addAll(builder, ids), writing);

/**
 * The same for ids that are not packed.
 * @param entries at least one, sorted by {@link sortByKey}, no key twice.
 * @throws as {@link writeSortedIds} does.
 */
export const writeRun = async (
  files: LargeStoreFiles,
  store: string,
  entries: readonly NewId[],
  writing: RunWriting = {},
): Promise<Required<RunRef>> => writeSortedIds(files, store, pack(entries), writing);
