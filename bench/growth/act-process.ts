import { nodeStoreFiles } from '../../shared/store/files.ts';
import { percentile } from '../load/plan.ts';
import { isActName, prepareAct } from './acts.ts';
import { countFiles, type FileCounts } from './counted-files.ts';

/** What one run of an act took. */
export interface ActCost extends FileCounts {
  readonly ms: number;
  /** Processor time of all threads. */
  readonly cpuMs: number;
}

export interface ActFigures {
  /** The first run of a new process. */
  readonly cold: ActCost;
  /** The median of those after it; undefined where nothing is to be repeated. */
  readonly warm: ActCost | undefined;
  /** Memory of the process after the first run. */
  readonly residentMB: number;
}

/** Runs one act in a process of its own, and prints what it took as JSON. */
const [, , name = '', store = '', target = '', key = '', times = '0'] = process.argv;
if (!isActName(name)) throw new Error(`nothing is called ${name}`);

const { files, counts } = countFiles(nodeStoreFiles);
const act = await prepareAct(name, { store, files, target: JSON.parse(target), key });

const measured = async (): Promise<ActCost> => {
  const before = { ...counts };
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  await act.run();
  const { user, system } = process.cpuUsage(startCpu);
  const ms = performance.now() - startMs;
  const spent = Object.entries(counts).map(([what, count]) => [what, count - before[what as keyof FileCounts]]);
  act.undo?.();
  return { ms, cpuMs: (user + system) / 1_000, ...(Object.fromEntries(spent) as unknown as FileCounts) };
};

const medianOf = (costs: readonly ActCost[]): ActCost | undefined => {
  const [first] = costs;
  if (first === undefined) return undefined;
  const median = (what: keyof ActCost): number =>
    percentile(Float64Array.from(costs, (cost) => cost[what]).sort(), 0.5);
  const names = Object.keys(first) as (keyof ActCost)[];
  return Object.fromEntries(names.map((what) => [what, median(what)])) as unknown as ActCost;
};

const cold = await measured();
// The peak that the system tells would be that of the process which began this one.
const residentBytes = process.memoryUsage.rss();
const repeats: ActCost[] = [];
for (let time = 0; time < Number(times); time++) repeats.push(await measured());
const figures: ActFigures = { cold, warm: medianOf(repeats), residentMB: Math.round(residentBytes / 1e6) };
console.log(JSON.stringify(figures));
