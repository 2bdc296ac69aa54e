import { randomFillSync } from 'node:crypto';
import path from 'node:path';
import { Poison, StoreUnavailable } from '../domain/errors.ts';
import type { AcceptedEvent } from '../domain/event.ts';
import { createUuidV7Source, type PartId, type RandomFill } from '../domain/ids.ts';
import { type Clock, systemClock } from '../ports/clock.ts';
import { type FilePublishing, type FileReading, nodeStoreFiles } from './files.ts';
import { DurableFolders } from './folders.ts';
import { Level0Listing } from './level0-listing.ts';
import { level0Path } from './level0-names.ts';
import { merkleRoot } from './merkle.ts';
import { toColumns } from './part/columns.ts';
import { writePart } from './part/write.ts';
import type { PartWriter } from './port.ts';
import { publish, removeStaleTemporaries } from './publish.ts';

export { level0Path, partIdOf } from './level0-names.ts';

/** The level-0 parts there are now, relative to the store's folder, oldest first. */
export const listLevel0 = (files: FileReading, store: string): Promise<readonly string[]> =>
  new Level0Listing(files, store).list();

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
