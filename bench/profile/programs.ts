import type { ConsultationId } from '../../shared/domain/ids.ts';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { openSigner } from '../../shared/store/log/note/signer.ts';
import { createEventReader } from '../../shared/store/read.ts';
import { verifyStore } from '../../shared/store/verify/verify.ts';
import { type ThreadTime, threadTimesOf } from '../measure/thread-time.ts';
import { createBenchPersist, packsOf } from '../scenarios/persist/stage.ts';
import { createSealing } from '../seal-merge/create-sealing.ts';
import { fill, type ReadTarget } from '../seal-merge/stages.ts';
import { sealBatches } from '../sealed/events.ts';
import { monotonicUs, type Span } from './cpu-profile.ts';
import { threadTimesBetween } from './share-out.ts';

/** What a program is told. */
export interface ProgramOptions {
  /** The store's; a program may leave it changed for the next. */
  readonly folder: string;
  /** Events of the store, or to persist. */
  readonly events: number;
  /** Signs the log. */
  readonly key: string;
  /** What `page` reads, as often as `pages` says. */
  readonly targets: readonly ReadTarget[];
  readonly pages: number;
}

/** What a program did, and how long it and its threads took. */
export interface Measured {
  readonly pid: number;
  readonly events: number;
  readonly span: Span;
  readonly threads: readonly ThreadTime[];
}

const measured = async (work: () => Promise<number>): Promise<Measured> => {
  const before = threadTimesOf(process.pid);
  const startUs = monotonicUs();
  const events = await work();
  const span = { startUs, endUs: monotonicUs() };
  return { pid: process.pid, events, span, threads: threadTimesBetween(before, threadTimesOf(process.pid)) };
};

const batchEvents = 1_000;
const warmUpBatches = 5;
const pageEvents = 200;
/** As FI_SEAL_BATCH_EVENTS and FI_MERGE_COMPRESSION have it. */
const usualSealing = { batchEvents: 16_384, compression: 'gzip-9' } as const;

const persist = async ({ folder, events }: ProgramOptions): Promise<Measured> => {
  const batches = [...sealBatches(events + warmUpBatches * batchEvents, batchEvents)].map(packsOf);
  const store = createBenchPersist(folder);
  for (const packs of batches.slice(0, warmUpBatches)) await store(packs);
  return measured(async () => {
    let stored = 0;
    for (const packs of batches.slice(warmUpBatches)) stored += await store(packs);
    return stored;
  });
};

const seal = ({ folder, key }: ProgramOptions): Promise<Measured> => {
  const { sealer } = createSealing({ folder, key, ...usualSealing });
  return measured(async () => {
    let events = 0;
    for (;;) {
      const report = await sealer.seal();
      if (report.kind === 'idle') return events;
      if (report.kind === 'sealed') events += report.events;
    }
  });
};

/** Until there is nothing left to merge: what all of it comes to for an event of the store. */
const merge = ({ folder, key, events }: ProgramOptions): Promise<Measured> => {
  const { merger } = createSealing({ folder, key, ...usualSealing });
  return measured(async () => {
    while ((await merger.merge()).kind !== 'idle');
    return events;
  });
};

const page = ({ folder, targets, pages }: ProgramOptions): Promise<Measured> => {
  const reader = createEventReader({ folder });
  return measured(async () => {
    let read = 0;
    for (let index = 0; index < pages; index++) {
      const consultationId = targets[index % targets.length]?.consultation as ConsultationId;
      const { events } = await reader.byConsultation({ consultationId, limit: pageEvents, includeUnsealed: false });
      read += events.length;
    }
    return read;
  });
};

const verify = ({ folder, key }: ProgramOptions): Promise<Measured> =>
  measured(async () => {
    const { events, findings } = await verifyStore({
      store: folder,
      files: nodeStoreFiles,
      trusted: [openSigner(key).verifierKey],
      witness: { found: () => {}, noted: () => {}, progress: () => {} },
    });
    if (findings > 0) throw new Error(`verifying found ${findings} mistakes in the store of the bench`);
    return events;
  });

export const programs = { persist, seal, merge, page, verify };
export type ProgramName = keyof typeof programs;

/** Level-0 parts to seal. @returns consultations to read */
export const fillLevel0 = ({ folder, events }: ProgramOptions): ReturnType<typeof fill> =>
  fill(folder, events, batchEvents);
