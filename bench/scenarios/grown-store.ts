import { mkdir } from 'node:fs/promises';
import type { ActLatency, MeasuredAct } from '../seal-merge/latencies.ts';
import { runProgram } from './run-program.ts';
import type { Scenario } from './scenario.ts';

/** What `npm run bench:seal-merge -- --json` prints. */
interface Found {
  readonly work: {
    readonly events: number;
    readonly eventsPerSecond: number;
    readonly cpu_us_per_event: number;
    readonly bytesPerEvent: number;
    readonly residentMB: number;
  };
  readonly acts: readonly ActLatency[];
}

/** The median of the ratios of all turns, of the large store to the small one. @throws Error when the act was not measured */
const ratioOf = (acts: readonly ActLatency[], wanted: MeasuredAct): number => {
  const found = acts.filter(({ act }) => act === wanted).toSorted((left, right) => right.events - left.events)[0];
  if (found === undefined) throw new Error(`bench/seal-merge.ts did not measure ${wanted}`);
  return found.ratio.ms.median;
};

export const grownStore: Scenario = {
  name: 'grown-store',
  what: 'a store filled, sealed and merged in a process with bounded memory; then persisting and reading in it beside a small one',
  mostRepeats: 4,
  metrics: {
    sealMergePerSecond: { what: 'events sealed and merged', unit: 'events/s', better: 'higher' },
    sealMergeUsPerEvent: { what: 'processor time of sealing and merging an event', unit: 'µs', better: 'lower' },
    sealMergeMB: { what: 'resident memory of sealing and merging', unit: 'MB', better: 'lower' },
    bytesPerEvent: { what: 'parts of the large store', unit: 'bytes an event', better: 'lower', exact: true },
    persistRatio: {
      what: 'persisting a batch, large store to small one, in the median of all turns',
      unit: 'times',
      better: 'lower',
    },
    readRatio: {
      what: 'reading a consultation, large store to small one, in the median of all turns',
      unit: 'times',
      better: 'lower',
    },
  },
  run: async ({ folder, scale }) => {
    await mkdir(folder, { recursive: true });
    const { work, acts } = await runProgram<Found>('seal-merge.ts', [
      ...['--events', String(scale.largeStoreEvents), '--small', String(scale.smallStoreEvents)],
      ...['--times', String(scale.storeTimes), '--folder', folder, '--json'],
    ]);
    return {
      values: {
        sealMergePerSecond: work.eventsPerSecond,
        sealMergeUsPerEvent: work.cpu_us_per_event,
        sealMergeMB: work.residentMB,
        bytesPerEvent: work.bytesPerEvent,
        persistRatio: ratioOf(acts, 'persist'),
        readRatio: ratioOf(acts, 'GET'),
      },
      lost: scale.largeStoreEvents - work.events,
    };
  },
};
