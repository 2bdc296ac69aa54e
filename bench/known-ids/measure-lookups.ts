import type { RangeReading } from '../../shared/store/files.ts';
import { lookup } from '../../shared/store/known-ids/lookup.ts';
import { PageCache } from '../../shared/store/known-ids/page-cache.ts';
import type { RunRef } from '../../shared/store/known-ids/run.ts';
import { percentile } from '../load/plan.ts';
import { countReads } from './counted-files.ts';

export interface LookupFigures {
  readonly ids_a_batch: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly opens_a_batch: number;
  readonly reads_a_batch: number;
  readonly kilobytes_a_batch: number;
  readonly found_share: number;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Looks batches up, one after another. The first ones fill the cache and do not count. */
export const measureLookups = async (
  files: RangeReading,
  store: string,
  runs: readonly RunRef[],
  batches: readonly (readonly Uint8Array[])[],
  unmeasured: number,
): Promise<LookupFigures> => {
  const counted = countReads(files);
  const cache = new PageCache();
  for (const keys of batches.slice(0, unmeasured)) await lookup(counted.files, store, runs, keys, cache);
  const { opens, reads, bytes } = counted.counts;
  const times: number[] = [];
  let [found, asked] = [0, 0];
  for (const keys of batches.slice(unmeasured)) {
    const startMs = performance.now();
    const known = await lookup(counted.files, store, runs, keys, cache);
    times.push(performance.now() - startMs);
    found += known.size;
    asked += keys.length;
  }
  const sorted = Float64Array.from(times).sort();
  const each = (sum: number): number => sum / times.length;
  return {
    ids_a_batch: each(asked),
    p50_ms: round(percentile(sorted, 0.5), 2),
    p95_ms: round(percentile(sorted, 0.95), 2),
    opens_a_batch: round(each(counted.counts.opens - opens), 1),
    reads_a_batch: round(each(counted.counts.reads - reads), 1),
    kilobytes_a_batch: round(each(counted.counts.bytes - bytes) / 1_000, 1),
    found_share: round(found / asked, 4),
  };
};
