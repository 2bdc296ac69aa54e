import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { WrongUsage } from '../../run/run-options.ts';
import { workloadOfLog } from './read-access-log.ts';
import { watchWorkload } from './watch-metrics.ts';
import type { Workload } from './workload.ts';

export interface RecordOptions {
  /** What is recorded: an access log, or a host whose metrics are watched. */
  readonly from:
    | { readonly kind: 'log'; readonly file: string }
    | {
        readonly kind: 'metrics';
        readonly url: string;
        readonly apiKey: string | undefined;
        readonly durationMs: number;
      };
  readonly output: string;
}

const sampleEveryMs = 1_000;

/** Writes what a live system is asked for as a workload's file. @returns the exit status @throws WrongUsage when there is nothing to record */
export const recordCommand = async ({ from, output }: RecordOptions): Promise<number> => {
  const name = path.basename(output, '.json');
  const record = async (): Promise<Workload> =>
    from.kind === 'log'
      ? workloadOfLog(readFileSync(from.file, 'utf8'), name)
      : watchWorkload({ ...from, intervalMs: sampleEveryMs, name });
  let workload: Workload;
  try {
    workload = await record();
  } catch (cause) {
    throw new WrongUsage(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  mkdirSync(path.dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(workload, null, 2)}\n`);
  console.log(`${workload.what}\n${output}: npm run tune -- --workload ${path.relative(process.cwd(), output)}`);
  return 0;
};
