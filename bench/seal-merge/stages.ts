import { randomFillSync } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ConsultationId } from '../../shared/domain/ids.ts';
import { createUuidV7Source } from '../../shared/domain/ids.ts';
import { systemClock } from '../../shared/ports/clock.ts';
import { createSealFunction } from '../../shared/stages/seal.ts';
import { CommitLog } from '../../shared/store/commits/commit-log.ts';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { createPartWriter } from '../../shared/store/level0.ts';
import { openSigner } from '../../shared/store/log/note/signer.ts';
import { Merger } from '../../shared/store/merge/merger.ts';
import { writesAnEvent } from '../../shared/store/merge/metrics.ts';
import type { Compression } from '../../shared/store/port.ts';
import { createEventReader } from '../../shared/store/read.ts';
import { Sealer } from '../../shared/store/seal/sealer.ts';
import { silentLogger } from '../../shared/telemetry/log.ts';
import { percentile } from '../load/plan.ts';
import { sealBatches } from '../sealed/events.ts';

/** The consultation whose number of events is the nearest to this one is read. */
const readEvents = 200;

/** Writes level-0 parts. @returns a consultation to read, from the middle of the store */
export const fill = async (folder: string, events: number, perPart: number) => {
  const writer = createPartWriter({ folder });
  const counts = new Map<ConsultationId, number>();
  let written = 0;
  for (const batch of sealBatches(events, perPart)) {
    await writer.write(batch, 'gzip-1');
    for (const { consultationId } of batch) {
      const isWanted = counts.has(consultationId) || (written >= events * 0.4 && written < events * 0.6);
      if (isWanted) counts.set(consultationId, (counts.get(consultationId) ?? 0) + 1);
    }
    written += batch.length;
  }
  const distance = (count: number): number => Math.abs(count - readEvents);
  const [nearest] = [...counts].sort(([, left], [, right]) => distance(left) - distance(right));
  return { events: written, consultation: nearest?.[0] ?? '', consultationEvents: nearest?.[1] ?? 0 };
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
  const common = {
    folder,
    files: nodeStoreFiles,
    clock: systemClock,
    logger: silentLogger,
    newId: createUuidV7Source(Date.now, randomFillSync),
    graceMs: 600_000,
    openSigner: async () => openSigner(key),
    checkpointFolder: undefined,
  };
  const sealer = new Sealer({
    ...common,
    pace: { waitingParts: 1, waitingMs: 0 },
    batch: { events: batchEvents, bytes: 16 * 1024 * 1024 },
    compressionOf: () => 'gzip-1',
    quarantine: async () => {},
  });
  const merger = new Merger({
    ...common,
    limits: { inputs: 100, events: 131_072, bytes: 64 * 1024 * 1024 },
    mostIds: 50_000_000,
    compressionOf: () => compression,
  });
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

const measured = async (ms: number[], act: () => Promise<unknown>): Promise<void> => {
  const startMs = performance.now();
  await act();
  ms.push(performance.now() - startMs);
};

const percentiles = (ms: number[]) => {
  const sorted = Float64Array.from(ms).sort();
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) };
};

export interface StoreToMeasure {
  readonly folder: string;
  readonly consultation: string;
  readonly events: number;
}

/** Persists batches and reads one consultation, by turns in the stores, so that what else the machine does hits all alike. */
export const latencies = async (stores: readonly StoreToMeasure[], times: number) => {
  const batches = [...sealBatches(20_000, 1_000)];
  const targets = stores.map(({ folder, consultation, events }) => ({
    writer: createPartWriter({ folder }),
    reader: createEventReader({ folder }),
    consultation: consultation as ConsultationId,
    events,
    persistMs: [] as number[],
    readMs: [] as number[],
    found: 0,
  }));
  for (let time = -20; time < times; time++) {
    for (const target of targets) {
      const [persistMs, readMs] = time < 0 ? [[], []] : [target.persistMs, target.readMs];
      const batch = batches[(time + 20) % batches.length] ?? [];
      await measured(persistMs, () => target.writer.write(batch, 'gzip-1'));
      await measured(readMs, async () => {
        const query = { consultationId: target.consultation, limit: 200, includeUnsealed: false };
        target.found = (await target.reader.byConsultation(query)).events.length;
      });
    }
  }
  return targets.map(({ events, found, persistMs, readMs }) => ({
    events,
    found,
    persist: percentiles(persistMs),
    read: percentiles(readMs),
  }));
};
