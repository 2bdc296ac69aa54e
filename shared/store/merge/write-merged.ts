import type { PartId } from '../../domain/ids.ts';
import { type CommittedPart, fileSha256 } from '../commits/format.ts';
import type { RangeFile } from '../files.ts';
import { type MergedPart, mergeParts } from '../part/sealed/merge.ts';
import { openSealedPart, type SealedPart } from '../part/sealed/open.ts';
import { openPartFile } from '../part/sealed/open-file.ts';
import { publish } from '../publish.ts';
import { type SealWriting, sealedPath } from '../seal/prepare.ts';
import type { MergeLimits } from './plan.ts';
import { requireUnaltered } from './unaltered.ts';

/** Where and with what merged files are written. */
export interface MergeWriting extends SealWriting {
  readonly limits: MergeLimits;
}

const openAll = async (
  { files, store }: MergeWriting,
  inputs: readonly CommittedPart[],
  opened: RangeFile[],
): Promise<readonly SealedPart[]> => {
  const parts: SealedPart[] = [];
  for (const input of inputs) {
    const file = await openPartFile(files, store, input.path);
    opened.push(file);
    await requireUnaltered(file, input);
    parts.push(await openSealedPart(file, { path: input.path, basePosition: input.base_position }));
  }
  return parts;
};

/** A merged part as a commit lists it. */
export const committedPartOf = ({ bytes, meta, basePosition }: MergedPart): CommittedPart => {
  const { partId, level, segment, day, count, positionOffsetMin, positionOffsetMax } = meta;
  return {
    path: sealedPath(segment, day, partId),
    bytes: bytes.length,
    sha256: fileSha256(bytes),
    level,
    segment,
    day,
    count,
    base_position: basePosition,
    first_position: basePosition + positionOffsetMin,
    last_position: basePosition + positionOffsetMax,
  };
};

const publishMerged = async (writing: MergeWriting, merged: MergedPart): Promise<CommittedPart> => {
  const { files, store, folders, announce } = writing;
  const committed = committedPartOf(merged);
  announce(committed.path);
  const temporaryName = `${merged.meta.partId}.h5`;
  await publish(files, { store, temporaryName, target: committed.path, bytes: merged.bytes }, folders);
  return committed;
};

const sumOf = (parts: readonly CommittedPart[]): number => parts.reduce((sum, { count }) => sum + count, 0);

/** The inputs go once the outputs count, so nothing may be missing in those. @throws Error, where there is a bug */
const requireSameEvents = (inputs: readonly CommittedPart[], outputs: readonly CommittedPart[]): void => {
  const [before, after] = [sumOf(inputs), sumOf(outputs)];
  const first = (parts: readonly CommittedPart[]): number => Math.min(...parts.map((part) => part.first_position));
  const last = (parts: readonly CommittedPart[]): number => Math.max(...parts.map((part) => part.last_position));
  if (before === after && first(inputs) === first(outputs) && last(inputs) === last(outputs)) return;
  throw new Error(`a merge of ${before} events came to ${after}: nothing is committed; report this as a bug`);
};

/**
 * Writes what parts of one segment and day are merged into, and publishes it; it counts once a commit names it. Each
 * event keeps its position and its bytes.
 * @throws PartDamaged naming an input that is not what its commit says, StoreUnavailable, or the system's error.
 */
export const writeMerged = async (
  writing: MergeWriting,
  inputs: readonly CommittedPart[],
): Promise<readonly CommittedPart[]> => {
  const opened: RangeFile[] = [];
  try {
    const options = {
      level: 1 + Math.max(...inputs.map(({ level }) => level)),
      compression: writing.compressionOf(inputs[0]?.segment ?? ''),
      newPartId: () => writing.newId() as PartId,
      mostRows: writing.limits.events,
      mostBytes: writing.limits.bytes,
    };
    const outputs: CommittedPart[] = [];
    for await (const part of mergeParts(await openAll(writing, inputs, opened), options)) {
      outputs.push(await publishMerged(writing, part));
    }
    requireSameEvents(inputs, outputs);
    return outputs;
  } finally {
    await Promise.all(opened.map((file) => file.close()));
  }
};
