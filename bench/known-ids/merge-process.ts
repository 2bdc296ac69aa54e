import { nodeStoreFiles } from '../../shared/store/files.ts';
import { mergeRuns } from '../../shared/store/known-ids/merge.ts';
import type { RunRef } from '../../shared/store/known-ids/run.ts';

export interface MergeFigures {
  readonly runs: number;
  readonly ids_per_s: number;
  readonly resident_before_mb: number;
  readonly resident_most_mb: number;
}

const residentMB = (): number => Math.round(process.memoryUsage.rss() / 1e6);

// Run as a process of its own: the store's folder and the runs come as arguments, the figures go to standard output.
if (import.meta.main) {
  const [folder = '', runsText = '[]'] = process.argv.slice(2);
  const runs: readonly RunRef[] = JSON.parse(runsText);
  const resident_before_mb = residentMB();
  let resident_most_mb = resident_before_mb;
  // The most that the kernel reports would be that of the process this one was forked from.
  const sampling = setInterval(() => {
    resident_most_mb = Math.max(resident_most_mb, residentMB());
  }, 5);
  const startMs = performance.now();
  const { entries } = await mergeRuns(nodeStoreFiles, folder, runs);
  const ids_per_s = Math.round((entries * 1_000) / (performance.now() - startMs));
  clearInterval(sampling);
  const figures: MergeFigures = { runs: runs.length, ids_per_s, resident_before_mb, resident_most_mb };
  console.log(JSON.stringify(figures));
}
