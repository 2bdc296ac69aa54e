import path from 'node:path';
import type { PartId } from '../../domain/ids.ts';
import { type CommittedPart, type CommittedRun, fileSha256 } from '../commits/format.ts';
import type { SealFiles } from '../files.ts';
import type { DurableFolders } from '../folders.ts';
import type { KeyList } from '../known-ids/key-list.ts';
import { runPath } from '../known-ids/run.ts';
import { writeSortedIds } from '../known-ids/write.ts';
import { renderSealedPart } from '../part/sealed/write.ts';
import type { Compression } from '../port.ts';
import { publish } from '../publish.ts';
import type { SealBatch } from './batch.ts';
import { BatchRows } from './batch-rows.ts';
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
  /** New events. */
  readonly count: number;
  /** The keys of all that was gathered, repeats among them. */
  readonly keys: KeyList;
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

const preparePart = async (
  writing: SealWriting,
  batch: SealBatch,
  events: Uint32Array,
  group: PartGroup,
): Promise<PreparedPart> => {
  const { files, store, folders, newId, compressionOf, announce } = writing;
  const { segment, day } = group;
  const partId = newId() as PartId;
  const target = sealedPath(segment, day, partId);
  announce(target);
  const rows = new BatchRows(batch, events, group.offsets);
  const { bytes, meta } = await renderSealedPart(rows, { partId, level: 1, segment, day }, compressionOf(segment));
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

const prepareRun = async (
  writing: SealWriting,
  batch: SealBatch,
  events: Uint32Array,
): Promise<PreparedRun | undefined> => {
  if (events.length === 0) return undefined;
  const { files, store, folders, newId, announce } = writing;
  const runId = newId();
  announce(runPath(runId));
  const ids = batch.idsOf(events);
  const { basePosition: _, ...run } = await writeSortedIds(files, store, ids, { newRunId: () => runId, folders });
  return run;
};

/**
 * Writes the parts and the run of a batch.
 * @param events new ones in the order of their positions.
 * @throws StoreUnavailable when the store can't be written.
 */
export const prepare = async (
  writing: SealWriting,
  batch: SealBatch,
  events: Uint32Array,
  about: Pick<PreparedBatch, 'repeats' | 'conflicts'>,
): Promise<PreparedBatch> => {
  const parts: PreparedPart[] = [];
  for (const group of groupByPart(batch, events)) parts.push(await preparePart(writing, batch, events, group));
  return {
    ...about,
    sources: batch.parts.map(({ path: source }) => source),
    count: events.length,
    keys: batch.keys.list,
    parts,
    run: await prepareRun(writing, batch, events),
    leaves: batch.leavesOf(events),
  };
};

/** The files of a batch that was not committed. */
export const filesOf = ({ parts, run }: PreparedBatch): readonly string[] => [
  ...parts.map((part) => part.path),
  ...(run === undefined ? [] : [run.path]),
];
