import { randomFillSync } from 'node:crypto';
import path from 'node:path';
import { Poison, StoreUnavailable } from '../domain/errors.ts';
import type { AcceptedEvent } from '../domain/event.ts';
import { createUuidV7Source, type PartId, type RandomFill } from '../domain/ids.ts';
import { type Clock, systemClock } from '../ports/clock.ts';
import { type FilePublishing, type FileReading, nodeStoreFiles } from './files.ts';
import { DurableFolders } from './folders.ts';
import { merkleRoot } from './merkle.ts';
import { toColumns } from './part/columns.ts';
import { writePart } from './part/write.ts';
import type { PartWriter } from './port.ts';
import { publish, removeStaleTemporaries } from './publish.ts';

/** Level 0 is spread over this many folders, so that none grows long between two seals. */
const shards = [...'0123456789abcdef'] as const;

const partFile = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\.h5$/;

/** Where a level-0 part lies, relative to the store's folder: the last digit of its id is random, and names its shard. */
export const level0Path = (partId: PartId): string => path.join('level0', partId.slice(-1), `${partId}.h5`);

export const partIdOf = (partPath: string): PartId => path.basename(partPath, '.h5') as PartId;

/** The level-0 parts there are, relative to the store's folder, oldest first; anything else in the folders is passed over. */
export const listLevel0 = async (files: FileReading, store: string): Promise<readonly string[]> => {
  const listed = await Promise.all(
    shards.map(async (shard) => {
      const names = await files.list(path.join(store, 'level0', shard));
      return names.filter((name) => partFile.test(name)).map((name) => path.join('level0', shard, name));
    }),
  );
  const oldestFirst = (left: string, right: string): number => (partIdOf(left) < partIdOf(right) ? -1 : 1);
  return listed.flat().sort(oldestFirst);
};

const idRange = (events: readonly AcceptedEvent[]): { eventIdMin: string; eventIdMax: string } => {
  let [eventIdMin, eventIdMax] = ['~', ''];
  for (const { eventId } of events) {
    if (eventId < eventIdMin) eventIdMin = eventId;
    if (eventId > eventIdMax) eventIdMax = eventId;
  }
  return { eventIdMin, eventIdMax };
};

export interface PartWriterOptions {
  /** The store's folder. */
  readonly folder: string;
  readonly files?: FilePublishing;
  readonly clock?: Clock;
  readonly random?: RandomFill;
}

/** Writes batches of events as level-0 parts; segments are mixed, each event names its own. */
export const createPartWriter = (options: PartWriterOptions): PartWriter => {
  const { folder, files = nodeStoreFiles, clock = systemClock, random = randomFillSync } = options;
  const nextPartId = createUuidV7Source(() => clock.nowMs(), random);
  const folders = new DurableFolders(files, path.resolve(folder));
  let cleaned = false;
  return {
    write: async (events, compression) => {
      const partId = nextPartId() as PartId;
      let bytes: Uint8Array;
      try {
        const columns = toColumns(events);
        const header = { partId, level: 0, merkleRoot: merkleRoot(columns.leaf), ...idRange(events) };
        bytes = await writePart(columns, header, compression);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
        throw new Poison('unwritable_event', `${events.length} events could not be written as a part: ${reason}`, {
          cause: error,
        });
      }
      const target = level0Path(partId);
      await publish(files, { store: folder, temporaryName: `${partId}.h5`, target, bytes }, folders);
      if (!cleaned) {
        cleaned = true;
        await removeStaleTemporaries(files, folder, `${nextPartId()}.clock`);
      }
      return { partId, path: target, events: events.length, bytes: bytes.length };
    },
  };
};
