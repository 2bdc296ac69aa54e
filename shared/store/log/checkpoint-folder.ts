import path from 'node:path';
import { type FilePublishing, type FileReading, isAbsent } from '../files.ts';
import type { DurableFolders } from '../folders.ts';
import { publish } from '../publish.ts';
import { readCheckpoint } from './checkpoint.ts';

/**
 * Checkpoints kept outside the store, the last one of each day: a log that was cut off is whole in itself, so that only who
 * holds such a checkpoint can tell. They are called `<size>-<yyyy-mm-dd>.checkpoint`, the size first and in 16 digits: no writer, however late it
 * wakes up and whatever its clock says, can put an older one before a newer one.
 */
const checkpointFile = /^\d{16}-(\d{4}-\d\d-\d\d)\.checkpoint$/;

const listCheckpoints = async (files: FileReading, folder: string): Promise<readonly string[]> => {
  try {
    return (await files.list(folder)).filter((name) => checkpointFile.test(name)).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
};

/** A checkpoint as it was found. */
export interface KeptCheckpoint {
  readonly file: string;
  /** The signed note. */
  readonly note: string;
}

/** The checkpoint of most events in a folder, unchecked; undefined when there is none. @throws the system's error */
export const newestCheckpoint = async (files: FileReading, folder: string): Promise<KeptCheckpoint | undefined> => {
  const newest = (await listCheckpoints(files, folder)).at(-1);
  if (newest === undefined) return undefined;
  const file = path.join(folder, newest);
  return { file, note: Buffer.from(await files.read(file)).toString('utf8') };
};

export interface CheckpointKeeping {
  readonly files: FilePublishing;
  /** Where checkpoints are kept: outside the store. */
  readonly folder: string;
  /** What the process knows of that folder. */
  readonly folders: DurableFolders;
  readonly uniqueName: () => string;
}

/**
 * Keeps a signed checkpoint, and removes those of the same day that are smaller.
 * @param nowMs Unix milliseconds; names the day (UTC).
 * @throws StoreUnavailable when the folder can't be written, also when it has another checkpoint of the same size and day.
 */
export const keepCheckpoint = async (keeping: CheckpointKeeping, note: string, nowMs: number): Promise<void> => {
  const { files, folder, folders, uniqueName } = keeping;
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const target = `${String(readCheckpoint(note).size).padStart(16, '0')}-${day}.checkpoint`;
  const temporaryName = `${uniqueName()}.checkpoint`;
  await publish(files, { store: folder, temporaryName, target, bytes: Buffer.from(note) }, folders);
  const kept = await listCheckpoints(files, folder).catch(() => []);
  const smaller = kept.filter((name) => name < target && checkpointFile.exec(name)?.[1] === day);
  // One that can't be removed is passed over by whoever looks for the newest.
  for (const name of smaller) await files.unlink(path.join(folder, name)).catch(() => {});
};
