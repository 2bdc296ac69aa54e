import { randomFillSync } from 'node:crypto';
import { QueueUnavailable } from '../../domain/errors.ts';
import { createUuidV7Source, type RandomFill } from '../../domain/ids.ts';
import { type Clock, systemClock } from '../../ports/clock.ts';
import { type Logger, silentLogger } from '../../telemetry/log.ts';
import { copyForward } from './engine/copy-forward.ts';
import type { Core } from './engine/core.ts';
import { EmbeddedJournal } from './engine/embedded-journal.ts';
import { Receipts } from './engine/receipts.ts';
import { replayInto } from './engine/replay-visitor.ts';
import { JournalState } from './engine/state.ts';
import type { JournalFiles } from './files.ts';
import { blockBytes } from './format/layout.ts';
import { queueRecordBytes, writeQueue } from './format/records.ts';
import { Compactor } from './log/compactor.ts';
import { type Replayed, replay } from './log/replay.ts';
import { Segments } from './log/segments.ts';
import { Spares } from './log/spares.ts';
import { surveyFolder } from './log/survey.ts';
import { Writer } from './log/writer.ts';
import { nodeJournalFiles } from './node-files.ts';
import type { Journal } from './port.ts';

export interface JournalOptions {
  /** On a local disk; made if need be. */
  readonly folder: string;
  /**
   * Size of one journal file, default 32 MiB; at most a quarter of `maxBytes` is used, since the journal needs four files
   * to work with.
   */
  readonly segmentBytes?: number;
  /** The most disk that all journal files take, default 4 GiB. */
  readonly maxBytes?: number;
  /** Bodies kept in memory, default 16 MiB; others are read back when received. */
  readonly memoryBytes?: number;
  /** Milliseconds between the starts of two flushes, default 1: half the commits at the same latency (measured). */
  readonly minFlushIntervalMs?: number;
  readonly clock?: Clock;
  readonly randomFill?: RandomFill;
  readonly files?: JournalFiles;
  readonly logger?: Logger;
}

/** As in `shared/config.ts`. */
const defaultBytes = { segment: 32 * 1024 ** 2, max: 4 * 1024 ** 3, memory: 16 * 1024 ** 2 } as const;

const fewestSegments = 4;
/** Room for a header, a snapshot and a few messages. */
const smallestSegmentBytes = 8 * blockBytes;

const wholeBlocks = (bytes: number): number => Math.floor(bytes / blockBytes) * blockBytes;

const segmentBytesOf = (segmentBytes: number, maxBytes: number): number => {
  const bytes = wholeBlocks(Math.min(segmentBytes, maxBytes / fewestSegments));
  if (!(bytes >= smallestSegmentBytes)) {
    throw new RangeError(
      `A journal file must have at least ${smallestSegmentBytes} bytes, and four must fit maxBytes.`,
    );
  }
  return bytes;
};

const openSegments = async (
  options: JournalOptions,
  files: JournalFiles,
  clock: Clock,
  logger: Logger,
  { segments: list, spares: others }: Replayed,
  nextFile: number,
): Promise<Segments> => {
  const { folder, maxBytes = defaultBytes.max } = options;
  const segmentBytes = segmentBytesOf(options.segmentBytes ?? defaultBytes.segment, maxBytes);
  // Which grows depends on both.
  const mayGrow = (): boolean => segments.mayGrow;
  const spares = new Spares({ files, folder, segmentBytes, clock, logger, mayGrow, nextFile });
  const segments = new Segments(list, spares, segmentBytes, maxBytes);
  for (const spare of others) {
    // It may have been made by a process that was killed before it could sync it.
    await spare.file.sync();
    await spares.recycle(spare);
  }
  await files.syncFolder(folder);
  return segments;
};

const openOwned = async (options: JournalOptions, release: () => Promise<void>): Promise<Journal> => {
  const { folder, clock = systemClock, randomFill = randomFillSync, files = nodeJournalFiles } = options;
  const { logger = silentLogger, minFlushIntervalMs = 1 } = options;
  const startedMs = clock.monotonicMs();
  const { surveyed, nextFile } = await surveyFolder(files, folder);
  const state = new JournalState(options.memoryBytes ?? defaultBytes.memory);
  const replayed = await replay(surveyed, replayInto(state, clock)).catch(async (error: unknown) => {
    for (const { file } of surveyed) await file.close();
    throw error;
  });
  const segments = await openSegments(options, files, clock, logger, replayed, nextFile);
  const writer = new Writer({
    segments,
    clock,
    randomFill,
    logger,
    minFlushIntervalMs,
    nextSequence: replayed.nextSequence,
    snapshotMissing: replayed.newestIsEmpty,
    writeSnapshot: (buffer) => {
      for (const { record } of state.queues.values()) {
        buffer.reserve(queueRecordBytes(record));
        writeQueue(buffer, record);
      }
    },
    afterGroup: () => journal.afterGroup(),
  });
  const core: Core = {
    state,
    writer,
    segments,
    clock,
    logger,
    receipts: new Receipts(state, randomFill),
    newId: createUuidV7Source(clock.nowMs, randomFill),
    awakened: new Set(),
    closed: false,
  };
  let copied = 0;
  const compactor = new Compactor({
    segments,
    writer,
    logger,
    copyForward: async (messages) => {
      copied += await copyForward(core, messages);
    },
  });
  const journal = new EmbeddedJournal({
    core,
    compactor,
    release,
    replayedMessages: state.messages.size,
    replayMs: clock.monotonicMs() - startedMs,
    copiedForward: () => copied,
  });
  await writer.begin().catch(async (cause: unknown) => {
    await segments.spares.close();
    for (const { file } of segments.list) await file.close();
    throw new QueueUnavailable(`The queue cannot write to its folder ${folder}.`, { cause });
  });
  segments.spares.replenish();
  return journal;
};

/**
 * Opens the embedded queue in a folder: takes the folder for this process, replays what is there, and prepares the files
 * to write to.
 * @throws JournalOwned when another process has the folder, JournalOnNetwork when it is no local disk, JournalDamaged when
 * confirmed messages cannot be read, QueueUnavailable when the disk takes no first file.
 */
export const openJournal = async (options: JournalOptions): Promise<Journal> => {
  const { folder, files = nodeJournalFiles } = options;
  await files.prepareFolder(folder);
  const release = await files.own(folder);
  try {
    return await openOwned(options, release);
  } catch (error) {
    await release();
    throw error;
  }
};
