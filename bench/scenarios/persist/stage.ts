import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import { builtInPolicy } from '../../../shared/domain/policy.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { encodeEvent, packOf } from '../../../shared/queue/packs/encode.ts';
import type { QueueSender } from '../../../shared/queue/port.ts';
import { createPersistStage, type QueuedPack } from '../../../shared/stages/persist.ts';
import { createPartWriter } from '../../../shared/store/level0.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';

/** As many as a pack of 256 KiB holds. */
const packEvents = 250;

/** A batch as the queue gives it. */
export const packsOf = (events: readonly AcceptedEvent[], batch: number): readonly QueuedPack[] =>
  Array.from({ length: Math.ceil(events.length / packEvents) }, (_, index) => ({
    messageId: `${batch}-${index}`,
    body: packOf(events.slice(index * packEvents, (index + 1) * packEvents).map(encodeEvent)),
    receiveCount: 1,
  }));

const deadLetters: QueueSender = {
  sendBatch: async () => {
    throw new Error('the data set has an event that cannot be stored');
  },
};

/** Stores batches in a folder by the stage that functions/persist runs. @returns a function that throws when a batch is not stored whole */
export const createBenchPersist = (folder: string): ((packs: readonly QueuedPack[]) => Promise<number>) => {
  const persist = createPersistStage({
    writer: createPartWriter({ folder }),
    deadLetters,
    compressionOf: (segment) => builtInPolicy.compressionOf(segment),
    fallbackCompression: 'gzip-1',
    clock: systemClock,
    logger: silentLogger,
  });
  return async (packs) => {
    const { failedMessageIds, stored, quarantined } = await persist(packs);
    if (failedMessageIds.length + quarantined > 0) throw new Error('a batch of the bench was not stored');
    return stored;
  };
};
