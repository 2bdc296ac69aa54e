import { mkdir } from 'node:fs/promises';
import { runProgram } from './run-program.ts';
import type { Scenario } from './scenario.ts';

/** What `npm run bench:seal-merge -- --json` prints. */
interface Found {
  readonly work: {
    readonly events: number;
    readonly eventsPerSecond: number;
    readonly cpuMicrosecondsPerEvent: number;
    readonly bytesPerEvent: number;
    readonly residentMB: number;
  };
  readonly ratios: { readonly persist: number; readonly read: number };
}

export const grownStore: Scenario = {
  name: 'grown-store',
  what: 'a store filled, sealed and merged in a process with bounded memory; then persisting and reading in it beside a small one',
  mostRepeats: 4,
  metrics: {
    sealMergePerSecond: { what: 'events sealed and merged', unit: 'events/s', better: 'higher' },
    sealMergeUsPerEvent: { what: 'processor time of sealing and merging an event', unit: 'µs', better: 'lower' },
    sealMergeMB: { what: 'resident memory of sealing and merging', unit: 'MB', better: 'lower' },
    bytesPerEvent: { what: 'parts of the large store', unit: 'bytes an event', better: 'lower', exact: true },
    persistRatio: { what: 'p50 of persisting a batch, large store to small one', unit: 'times', better: 'lower' },
    readRatio: { what: 'p50 of reading a consultation, large store to small one', unit: 'times', better: 'lower' },
  },
  run: async ({ folder, scale }) => {
    await mkdir(folder, { recursive: true });
    const { work, ratios } = await runProgram<Found>('seal-merge.ts', [
      ...['--events', String(scale.largeStoreEvents), '--small', String(scale.smallStoreEvents)],
      ...['--times', String(scale.storeTimes), '--folder', folder, '--json'],
    ]);
    return {
      values: {
        sealMergePerSecond: work.eventsPerSecond,
        sealMergeUsPerEvent: work.cpuMicrosecondsPerEvent,
        sealMergeMB: work.residentMB,
        bytesPerEvent: work.bytesPerEvent,
        persistRatio: ratios.persist,
        readRatio: ratios.read,
      },
      lost: scale.largeStoreEvents - work.events,
    };
  },
};
