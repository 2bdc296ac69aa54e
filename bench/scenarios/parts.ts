import { runProgram } from './run-program.ts';
import type { Scenario } from './scenario.ts';

interface Timed {
  readonly ms: number;
}

/** What `npm run bench:parts -- --json` prints. */
interface Found {
  readonly ten_thousand: { readonly bySegmentGzip9: number };
  readonly written: Timed & { readonly events: number };
  readonly merged: Timed & { readonly bytes: number };
  readonly scan: Timed;
  readonly reads: { readonly event: { readonly p95: number }; readonly consultation: { readonly p95: number } };
}

export const parts: Scenario = {
  name: 'parts',
  what: 'sealed parts: their bytes, and how fast they are written, merged and read',
  mostRepeats: 5,
  metrics: {
    tenThousandBytes: {
      what: 'the 10,000 events of bench/data, merged by the built-in policy',
      unit: 'bytes an event',
      better: 'lower',
      exact: true,
    },
    mergedBytes: { what: 'merged parts', unit: 'bytes an event', better: 'lower', exact: true },
    writePerSecond: { what: 'events written into sealed parts', unit: 'events/s', better: 'higher' },
    mergePerSecond: { what: 'events merged', unit: 'events/s', better: 'higher' },
    scanPerSecond: { what: 'full scan, all columns and payloads', unit: 'events/s', better: 'higher' },
    consultationP95Ms: { what: 'reading one consultation from a part, p95', unit: 'ms', better: 'lower' },
    eventP95Ms: { what: 'reading one event from a part, p95', unit: 'ms', better: 'lower' },
  },
  run: async ({ scale }) => {
    const words = ['--events', String(scale.partsEvents), '--no-parquet', '--json'];
    const { ten_thousand, written, merged, scan, reads } = await runProgram<Found>('sealed-parts.ts', words);
    const perSecond = ({ ms }: Timed): number => (written.events * 1_000) / ms;
    return {
      values: {
        tenThousandBytes: ten_thousand.bySegmentGzip9,
        mergedBytes: merged.bytes / written.events,
        writePerSecond: perSecond(written),
        mergePerSecond: perSecond(merged),
        scanPerSecond: perSecond(scan),
        consultationP95Ms: reads.consultation.p95,
        eventP95Ms: reads.event.p95,
      },
      // The program ends with an error when an event changed on the way.
      lost: scale.partsEvents - written.events,
    };
  },
};
