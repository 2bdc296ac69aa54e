import { mkdir } from 'node:fs/promises';
import { runProgram } from './run-program.ts';
import type { Metric, Scenario } from './scenario.ts';

interface Cost {
  readonly writeMs: number;
  readonly readMs: number;
  readonly kilobytes: number;
}

const write: Metric = { what: 'writing one part, synced', unit: 'ms', better: 'lower' };
const read: Metric = { what: 'reading it back', unit: 'ms', better: 'lower' };
const size: Metric = { what: 'its size', unit: 'KB', better: 'lower', exact: true };
const named = (metric: Metric, compression: string): Metric => ({ ...metric, what: `${metric.what}, ${compression}` });

/** There is no lzf: MATLAB and h5dump have it neither without a plugin. Its place takes the part without compression. */
export const reportStorage: Scenario = {
  name: 'report-storage',
  what: "1,000 events as section 4.3 of the report makes them; the report's script appends them one by one, we write a part",
  metrics: {
    gzip4WriteMs: named(write, 'gzip-4'),
    gzip4ReadMs: named(read, 'gzip-4'),
    gzip4KB: named(size, 'gzip-4'),
    gzip1WriteMs: named(write, 'gzip-1'),
    gzip1ReadMs: named(read, 'gzip-1'),
    gzip1KB: named(size, 'gzip-1'),
    noneWriteMs: named(write, 'no compression'),
    noneReadMs: named(read, 'no compression'),
    noneKB: named(size, 'no compression'),
  },
  run: async ({ folder, scale }) => {
    await mkdir(folder, { recursive: true });
    const { gzip4, gzip1, none } = await runProgram<Readonly<Record<'gzip4' | 'gzip1' | 'none', Cost>>>(
      'scenarios/report-storage/program.ts',
      [folder, String(scale.reportStorageEvents)],
    );
    return {
      values: {
        gzip4WriteMs: gzip4.writeMs,
        gzip4ReadMs: gzip4.readMs,
        gzip4KB: gzip4.kilobytes,
        gzip1WriteMs: gzip1.writeMs,
        gzip1ReadMs: gzip1.readMs,
        gzip1KB: gzip1.kilobytes,
        noneWriteMs: none.writeMs,
        noneReadMs: none.readMs,
        noneKB: none.kilobytes,
      },
      lost: 0,
    };
  },
};
