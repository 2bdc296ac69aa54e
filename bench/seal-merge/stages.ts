import { statSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ConsultationId } from '../../shared/domain/ids.ts';
import { systemClock } from '../../shared/ports/clock.ts';
import { createSealFunction } from '../../shared/stages/seal.ts';
import { CommitLog } from '../../shared/store/commits/commit-log.ts';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { createPartWriter } from '../../shared/store/level0.ts';
import { writesAnEvent } from '../../shared/store/merge/metrics.ts';
import type { Compression } from '../../shared/store/port.ts';
import { silentLogger } from '../../shared/telemetry/log.ts';
import { readSourceEvents } from '../load/source-events.ts';
import { sealBatches } from '../sealed/events.ts';
import { createSealing } from './create-sealing.ts';

/** A consultation to read, with as many events as the store holds of it. */
export interface ReadTarget {
  readonly consultation: string;
  readonly events: number;
}

/** Consultations of about 200 events are read. */
const fewestRead = 150;
const mostRead = 310;
/** Of each number of events at most so many consultations, from all over the store. */
const readOfEach = 20;

const sizesOf = (consultations: Iterable<string>): ReadonlyMap<string, number> => {
  const sizes = new Map<string, number>();
  for (const consultation of consultations) sizes.set(consultation, (sizes.get(consultation) ?? 0) + 1);
  return sizes;
};

/**
 * Consultations to read. A store holds copies of the same events, so that the same numbers of events are met in every one, and what is
 * read in two differs by the store alone.
 */
const targetsAmong = (sizes: ReadonlyMap<string, number>): readonly ReadTarget[] => {
  const whole = new Set(sizesOf(readSourceEvents().map(({ consultationId }) => consultationId)).values());
  const wanted = [...sizes].filter(([, events]) => whole.has(events) && events >= fewestRead && events <= mostRead);
  return [...Map.groupBy(wanted, ([, events]) => events)].flatMap(([events, members]) => {
    const every = Math.max(1, Math.floor(members.length / readOfEach));
    const some = members.filter((_, index) => index % every === 0).slice(0, readOfEach);
    return some.map(([consultation]) => ({ consultation, events }));
  });
};

/** Writes level-0 parts. @returns consultations to read */
export const fill = async (folder: string, events: number, perPart: number) => {
  const writer = createPartWriter({ folder });
  const consultations: ConsultationId[] = [];
  let written = 0;
  for (const batch of sealBatches(events, perPart)) {
    await writer.write(batch, 'gzip-1');
    for (const { consultationId } of batch) consultations.push(consultationId);
    written += batch.length;
  }
  return { events: written, targets: targetsAmong(sizesOf(consultations)) };
};

/** Adds up how long something took. */
class Stopwatch {
  ms = 0;

  async time<Result>(work: () => Promise<Result>): Promise<Result> {
    const startMs = performance.now();
    try {
      return await work();
    } finally {
      this.ms += performance.now() - startMs;
    }
  }
}

/**
 * Seals and merges all that is there by `functions/seal`'s own stage, in one run. The time is that of all of it, from the first
 * look to the one that finds nothing to do: reading level 0, sealing, commits with their syncs, and merging, one after another.
 */
export const work = async (folder: string, batchEvents: number, key: string, compression: Compression) => {
  const { sealer, merger } = createSealing({ folder, batchEvents, key, compression });
  const [sealing, mergingParts, mergingRuns] = [new Stopwatch(), new Stopwatch(), new Stopwatch()];
  const sums = { sealedEvents: 0, mergedEvents: 0, mergedBytes: 0 };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  const startThread = process.threadCpuUsage();
  const seal = createSealFunction({
    sealer: {
      seal: async () => {
        const report = await sealing.time(() => sealer.seal());
        if (report.kind === 'sealed') sums.sealedEvents += report.events;
        return report;
      },
    },
    merger: {
      merge: async () => {
        const began = performance.now();
        const report = await merger.merge();
        (report.kind === 'index-merged' ? mergingRuns : mergingParts).ms += performance.now() - began;
        if (report.kind === 'merged') {
          sums.mergedEvents += report.events;
          sums.mergedBytes += report.bytes;
        }
        return report;
      },
    },
    clock: systemClock,
    logger: silentLogger,
    mostMs: Number.POSITIVE_INFINITY,
  });
  await seal();
  const seconds = (performance.now() - startMs) / 1_000;
  const microseconds = ({ user, system }: NodeJS.CpuUsage): number => user + system;
  const cpu = microseconds(process.cpuUsage(startCpu));
  const thread = microseconds(process.threadCpuUsage(startThread));
  const state = await new CommitLog({ folder, files: nodeStoreFiles }).catchUp();
  const bytes = [...state.parts.values()].reduce((sum, part) => sum + part.bytes, 0);
  return {
    events: sums.sealedEvents,
    seconds,
    eventsPerSecond: sums.sealedEvents / seconds,
    sealedPerSecond: (sums.sealedEvents / sealing.ms) * 1_000,
    mergedPerSecond: (sums.mergedEvents / mergingParts.ms) * 1_000,
    indexSeconds: mergingRuns.ms / 1_000,
    cpu_us_per_event: cpu / sums.sealedEvents,
    main_thread_us_per_event: thread / sums.sealedEvents,
    longestBlockMs: delay.max / 1e6,
    commits: state.number,
    parts: state.parts.size,
    largestPart: Math.max(...[...state.parts.values()].map(({ count }) => count)),
    bytesPerEvent: bytes / state.tree.size,
    runs: state.runs.size,
    writesAnEvent: writesAnEvent(state),
    removedFiles: state.removed.size,
    removedBytes: [...state.removed.keys()].reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0),
  };
};
