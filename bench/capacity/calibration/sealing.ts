import { mkdir } from 'node:fs/promises';
import { runProgram } from '../../scenarios/run-program.ts';
import type { Scenario } from '../../scenarios/scenario.ts';

/** What `npm run bench:seal-merge -- --json` prints. */
interface Found {
  readonly work: {
    readonly events: number;
    readonly sealedPerSecond: number;
    readonly mergedPerSecond: number;
    readonly cpu_us_per_event: number;
    readonly main_thread_us_per_event: number;
    readonly writesAnEvent: number;
    readonly bytesPerEvent: number;
  };
}

/** Enough to be merged more than once. */
const mostEvents = 200_000;

/** What sealing and merging take. */
export const sealing: Scenario = {
  name: 'capacity-sealing',
  what: `calibration: ${mostEvents.toLocaleString('en-US')} events sealed and merged in a process of their own`,
  mostRepeats: 2,
  metrics: {
    sealUsPerEvent: { what: 'processor time of sealing an event', unit: 'µs', better: 'lower' },
    mergeUsPerEvent: { what: 'processor time of writing an event again in a merge', unit: 'µs', better: 'lower' },
    threadShare: { what: 'part of both that one thread has to do', unit: 'of 1', better: 'neither' },
    storedBytesPerEvent: { what: 'merged parts', unit: 'bytes an event', better: 'lower', exact: true },
  },
  run: async ({ folder, scale }) => {
    const events = Math.min(mostEvents, scale.largeStoreEvents);
    await mkdir(folder, { recursive: true });
    const { work } = await runProgram<Found>('seal-merge.ts', [
      ...['--events', String(events), '--times', '2', '--folder', folder, '--json'],
    ]);
    // Both run one after the other in one process: their processor time is shared out as their time was.
    const sealMs = 1_000 / work.sealedPerSecond;
    const mergesPerEvent = work.writesAnEvent - 1;
    const mergeMs = mergesPerEvent / (work.mergedPerSecond / 1_000);
    const sealShare = sealMs / (sealMs + mergeMs);
    return {
      values: {
        sealUsPerEvent: work.cpu_us_per_event * sealShare,
        mergeUsPerEvent: (work.cpu_us_per_event * (1 - sealShare)) / mergesPerEvent,
        threadShare: work.main_thread_us_per_event / work.cpu_us_per_event,
        storedBytesPerEvent: work.bytesPerEvent,
      },
      lost: events - work.events,
    };
  },
};
