import { RunsDisagree } from '../../domain/errors.ts';
import type { LargeStoreFiles } from '../files.ts';
import type { RunBuilder } from './build.ts';
import { keyText } from './identity-key.ts';
import { publishRun, type RunWriting } from './publish-run.ts';
import { compareKeys, copyBytes, isSameContent, keyBytes } from './record.ts';
import type { RunRef } from './run.ts';
import { RunScan } from './scan.ts';

/** Records added between two writes: some 620 KB. */
const recordsPerWrite = 16_384;

/** Negative when `left` comes first: the lesser key, and of the same one the lesser position. */
const compareScans = (left: RunScan, right: RunScan): number =>
  left.head - right.head ||
  compareKeys(left.bytes, left.at, right.bytes, right.at) ||
  left.position() - right.position();

/** The scan that comes first. A handful of them need no heap: looking at each in turn is faster. */
export const firstScan = (scans: readonly RunScan[]): RunScan | undefined => {
  let best = scans[0];
  for (const scan of scans) if (best !== scan && best && compareScans(scan, best) < 0) best = scan;
  return best;
};

/** The record that was added last. */
class Last {
  readonly #record = Buffer.alloc(keyBytes * 2);
  #run = '';

  /** True when the scan stands at the same key once more. @throws RunsDisagree when its content is another. */
  isRepeatedBy(scan: RunScan): boolean {
    if (this.#run === '' || compareKeys(this.#record, 0, scan.bytes, scan.at) !== 0) return false;
    if (!isSameContent(this.#record.subarray(keyBytes), scan.bytes.subarray(scan.at + keyBytes))) {
      throw new RunsDisagree(keyText(this.#record.subarray(0, keyBytes)), [this.#run, scan.run.path]);
    }
    return true;
  }

  set(scan: RunScan): void {
    copyBytes(scan.bytes, scan.at, this.#record, 0, this.#record.length);
    this.#run = scan.run.path;
  }
}

async function* mergeInto(builder: RunBuilder, scans: RunScan[], basePosition: number): AsyncGenerator<void> {
  const last = new Last();
  const left = [...scans];
  for (let scan = firstScan(left); scan; scan = firstScan(left)) {
    if (!last.isRepeatedBy(scan)) {
      builder.add(scan.bytes, scan.at, scan.position() - basePosition);
      last.set(scan);
      if (builder.entries % recordsPerWrite === 0) yield;
    }
    if (!scan.advance() && !(await scan.fill())) left.splice(left.indexOf(scan), 1);
  }
}

/**
 * Merges runs into one, which holds every id once, at its first position. Streams: a few hundred KB a run in memory,
 * whatever they hold. The runs stay; the commit that names the new one names them as removed.
 * @throws RunDamaged when one of them is not what was written, RunsDisagree when two hold an id with different contents.
 * @throws StoreUnavailable when the store can't be written; the system's error as it is when a run can't be read.
 * After any of them nothing is visible.
 */
export const mergeRuns = async (
  files: LargeStoreFiles,
  store: string,
  runs: readonly RunRef[],
  writing: RunWriting = {},
): Promise<Required<RunRef>> => {
  const basePosition = Math.min(...runs.map((run) => run.basePosition));
  const scans: RunScan[] = [];
  try {
    for (const run of runs) scans.push(await RunScan.open(files, store, run));
    return await publishRun(files, store, basePosition, (builder) => mergeInto(builder, scans, basePosition), writing);
  } finally {
    for (const scan of scans) await scan.close();
  }
};
