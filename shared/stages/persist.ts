import { StoreUnavailable } from '../domain/errors.ts';
import type { Encryption } from '../encryption/encryption.ts';
import type { Clock } from '../ports/clock.ts';
import type { QueueSender } from '../queue/port.ts';
import type { Compression, PartWriter } from '../store/port.ts';
import type { Logger } from '../telemetry/log.ts';
import { datasetSize, eventsAppended, eventsErased, eventsFailed, persistLatency } from '../telemetry/metrics.ts';
import { type CompressionOf, compressionFor } from './persist/compression.ts';
import { type EncryptedBatch, encryptBatch } from './persist/encrypt.ts';
import { type WritePart, writeIsolating } from './persist/isolate.ts';
import { quarantine } from './persist/quarantine.ts';
import { dropRepeats } from './persist/repeats.ts';
import { type PackedEvent, type PackedPoison, type QueuedPack, unpack } from './persist/unpack.ts';

export type { CompressionOf } from './persist/compression.ts';
export type { QueuedPack } from './persist/unpack.ts';

/**
 * From this receive on a pack is written alone: what made four deliveries fail, be it by ending the process,
 * must not take its neighbours along a fifth time (DESIGN: redrive is the last net).
 */
export const suspectReceiveCount = 5;

export interface PersistDependencies {
  readonly writer: PartWriter;
  /** Where an event goes that can't be stored. */
  readonly deadLetters: QueueSender;
  /** The segments' policy; beats {@link fallbackCompression}. */
  readonly compressionOf: CompressionOf;
  readonly fallbackCompression: Compression;
  /** Absent where events are stored in clear. */
  readonly encryption?: Encryption | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What became of a batch. */
export interface PersistReport {
  /** Messages that must not be acknowledged, in the order of the batch. They come back. */
  readonly failedMessageIds: readonly string[];
  /** Events in published parts. */
  readonly stored: number;
  /** Events that the dead-letter queue was given, confirmed or not. */
  readonly quarantined: number;
}

/** What of a batch is left when the key store could not be read: none of it can be stored. */
const nothingEncrypted: EncryptedBatch = { events: [], poison: [], erased: 0 };

/** Stores a batch of packs. Never throws for what packs or the store can do; reports it. */
export type PersistStage = (packs: readonly QueuedPack[]) => Promise<PersistReport>;

/** The events that share a part, then those of each suspect pack alone. */
const groupsOf = (events: readonly PackedEvent[]): readonly (readonly PackedEvent[])[] => {
  const isSuspect = ({ packs: [pack] }: PackedEvent): boolean => pack.receiveCount >= suspectReceiveCount;
  const together = events.filter((packed) => !isSuspect(packed));
  const alone = Map.groupBy(events.filter(isSuspect), ({ packs: [pack] }) => pack);
  return [together, ...alone.values()].filter((group) => group.length > 0);
};

const failAll = (group: readonly PackedEvent[], failed: Set<QueuedPack>): void => {
  for (const { packs } of group) for (const pack of packs) failed.add(pack);
};

const createPartWrite = (dependencies: PersistDependencies, stored: (events: number) => void): WritePart => {
  const { writer, compressionOf, fallbackCompression, clock, logger } = dependencies;
  return async (events) => {
    const startMs = clock.monotonicMs();
    const compression = compressionFor(events, compressionOf, fallbackCompression);
    const part = await writer.write(
      events.map(({ event }) => event),
      compression,
    );
    const durationMs = clock.monotonicMs() - startMs;
    persistLatency.observe({ dataset_size: datasetSize(events.length) }, durationMs);
    eventsAppended.inc(events.length);
    stored(events.length);
    logger.debug('a part was published', {
      part_id: part.partId,
      events: part.events,
      bytes: part.bytes,
      duration_ms: durationMs,
    });
  };
};

/**
 * PERSIST: decode packs, encrypt their events where that is on, drop what this batch repeats, write one level-0 part, and only then send what can't be stored
 * to the dead-letter queue. In this order an outage of the store, with its many retries, sends nothing there.
 */
export const createPersistStage = (dependencies: PersistDependencies): PersistStage => {
  const { deadLetters, encryption, logger } = dependencies;

  /** Writes the groups one by one; after an outage the rest is not even tried. */
  const writeGroups = async (groups: readonly (readonly PackedEvent[])[], failed: Set<QueuedPack>) => {
    const poison: PackedPoison[] = [];
    let stored = 0;
    const writePart = createPartWrite(dependencies, (events) => {
      stored += events;
    });
    let outage = false;
    for (const group of groups) {
      try {
        if (!outage) poison.push(...(await writeIsolating(group, writePart)));
      } catch (error) {
        outage = error instanceof StoreUnavailable;
        eventsFailed.inc({ error_type: error instanceof Error ? error.name : 'Error' });
        logger.error('a part could not be written; its messages come back', { error, events: group.length });
        failAll(group, failed);
      }
      if (outage) failAll(group, failed);
    }
    return { poison, stored };
  };

  /** The events as they are stored; in an outage of the key store none, and all of their packs come back. */
  const encrypt = async (events: readonly PackedEvent[], failed: Set<QueuedPack>): Promise<EncryptedBatch> => {
    try {
      const batch = await encryptBatch(events, encryption);
      if (batch.erased > 0) {
        eventsErased.inc(batch.erased);
        logger.info('events of erased consultations were dropped', { events: batch.erased });
      }
      return batch;
    } catch (error) {
      eventsFailed.inc({ error_type: error instanceof Error ? error.name : 'Error' });
      logger.error('events could not be encrypted; their messages come back', { error, events: events.length });
      failAll(events, failed);
      return nothingEncrypted;
    }
  };

  return async (packs) => {
    const failed = new Set<QueuedPack>();
    const unpacked = unpack(packs);
    const encrypted = await encrypt(unpacked.events, failed);
    const distinct = dropRepeats(encrypted.events);
    const written = await writeGroups(groupsOf(distinct.events), failed);
    // A pack that comes back brings its bad events along: they are sent when the rest of it is safe.
    const poison = [...unpacked.poison, ...encrypted.poison, ...distinct.poison, ...written.poison].filter(
      ({ packs }) => !packs.every((pack) => failed.has(pack)),
    );
    for (const pack of await quarantine(poison, deadLetters, logger)) failed.add(pack);
    return {
      failedMessageIds: packs.filter((pack) => failed.has(pack)).map(({ messageId }) => messageId),
      stored: written.stored,
      quarantined: poison.length,
    };
  };
};
