import path from 'node:path';
import type { PartId } from '../../domain/ids.ts';
import { type CommittedPart, type CommittedRun, fileSha256 } from '../commits/format.ts';
import type { SealFiles } from '../files.ts';
import type { DurableFolders } from '../folders.ts';
import { runPath } from '../known-ids/run.ts';
import { sortByKey, writeRun } from '../known-ids/write.ts';
import { writeSealedPart } from '../part/sealed/write.ts';
import type { Compression } from '../port.ts';
import { publish } from '../publish.ts';
import type { KeyedRow } from './drop-known.ts';
import { groupByPart, type PartGroup } from './group.ts';

/** Where and with what sealed files are written. */
export interface SealWriting {
  readonly files: SealFiles;
  /** The store's folder. */
  readonly store: string;
  readonly folders: DurableFolders;
  /** UUIDv7s, each once. */
  readonly newId: () => string;
  /** Told of each file before it is published. */
  readonly announce: (path: string) => void;
  readonly compressionOf: (segment: string) => Compression;
}

/** A published part that no commit names yet; its positions count from the base that a commit gives. */
export type PreparedPart = Omit<CommittedPart, 'base_position' | 'first_position' | 'last_position'> & {
  readonly firstOffset: number;
  readonly lastOffset: number;
};

export type PreparedRun = Omit<CommittedRun, 'base_position'>;

/** All that a commit needs beside its place in the history; on disk already, and invisible until it is committed. */
export interface PreparedBatch {
  /** The level-0 parts whose events these are. */
  readonly sources: readonly string[];
  /** In the order of their positions. */
  readonly rows: readonly KeyedRow[];
  readonly parts: readonly PreparedPart[];
  /** Absent when nothing was new. */
  readonly run: PreparedRun | undefined;
  /** 32 bytes a row. */
  readonly leaves: Uint8Array;
  readonly repeats: number;
  readonly conflicts: number;
}

/** Where a sealed part lies, relative to the store's folder. */
export const sealedPath = (segment: string, day: string, partId: PartId): string =>
  path.join('parts', segment, day, `${partId}.h5`);

const preparePart = async (writing: SealWriting, group: PartGroup): Promise<PreparedPart> => {
  const { files, store, folders, newId, compressionOf, announce } = writing;
  const { segment, day, events } = group;
  const partId = newId() as PartId;
  const target = sealedPath(segment, day, partId);
  announce(target);
  const { bytes, meta } = await writeSealedPart(events, { partId, level: 1, segment, day }, compressionOf(segment));
  await publish(files, { store, temporaryName: `${partId}.h5`, target, bytes }, folders);
  return {
    path: target,
    bytes: bytes.length,
    sha256: fileSha256(bytes),
    level: meta.level,
    segment,
    day,
    count: meta.count,
    firstOffset: meta.positionOffsetMin,
    lastOffset: meta.positionOffsetMax,
  };
};

const prepareRun = async (writing: SealWriting, rows: readonly KeyedRow[]): Promise<PreparedRun | undefined> => {
  if (rows.length === 0) return undefined;
  const { files, store, folders, newId, announce } = writing;
  const runId = newId();
  announce(runPath(runId));
  const entries = sortByKey(rows.map(({ key, contentHash }, offset) => ({ key, contentHash, offset })));
  const { basePosition: _, ...run } = await writeRun(files, store, entries, { newRunId: () => runId, folders });
  return run;
};

/** The leaf hashes, one after another. */
const leavesOf = (rows: readonly KeyedRow[]): Uint8Array => {
  const leaves = new Uint8Array(rows.length * 32);
  for (const [row, { event }] of rows.entries()) leaves.set(event.leaf, row * 32);
  return leaves;
};

/**
 * Writes the parts and the run of a batch.
 * @param rows new events in the order of their positions.
 * @throws StoreUnavailable when the store can't be written.
 */
export const prepare = async (
  writing: SealWriting,
  rows: readonly KeyedRow[],
  about: Pick<PreparedBatch, 'sources' | 'repeats' | 'conflicts'>,
): Promise<PreparedBatch> => {
  const parts: PreparedPart[] = [];
  for (const group of groupByPart(rows)) parts.push(await preparePart(writing, group));
  return { ...about, rows, parts, run: await prepareRun(writing, rows), leaves: leavesOf(rows) };
};

/** The files of a batch that was not committed. */
export const filesOf = ({ parts, run }: PreparedBatch): readonly string[] => [
  ...parts.map((part) => part.path),
  ...(run === undefined ? [] : [run.path]),
];
