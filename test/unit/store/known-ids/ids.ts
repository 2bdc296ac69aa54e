import { hash } from 'node:crypto';
import type { LargeStoreFiles } from '../../../../shared/store/files.ts';
import type { NewId, RunRef } from '../../../../shared/store/known-ids/run.ts';
import { sortByKey, writeRun } from '../../../../shared/store/known-ids/write.ts';

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

/**
 * The key of the id with this number, as `identityKey` spreads them: every other one a UUIDv7's, whose first bytes are a
 * time that many share, the rest uniform.
 */
export const keyOf = (number: number): Buffer => {
  const key = sha256(`key ${number}`).subarray(0, 16);
  if (number % 2 === 0) key.writeUInt32BE(0x01a0_0000 + (number >>> 8));
  return key;
};

export const contentOf = (number: number): Buffer => sha256(`content ${number}`);

/** Ids by their numbers; the first one gets offset 0. */
export const idsOf = (numbers: readonly number[]): readonly NewId[] =>
  numbers.map((number, offset) => ({ key: keyOf(number), contentHash: contentOf(number), offset }));

export const numbersFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** Makes run ids that a test can foretell. */
export const runIds = (): (() => string) => {
  let made = 0;
  return () => `00000000-0000-7000-8000-${String(++made).padStart(12, '0')}`;
};

/** Writes a run of ids `first` up to `first + count`, whose positions are their numbers. */
export const writeNumbers = async (
  files: LargeStoreFiles,
  store: string,
  first: number,
  count: number,
  newRunId?: () => string,
): Promise<RunRef> => {
  const entries = sortByKey(idsOf(numbersFrom(first, count)));
  const run = await writeRun(files, store, entries, newRunId ? { newRunId } : {});
  return { ...run, basePosition: first };
};
