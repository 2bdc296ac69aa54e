import type { RangeReading } from '../files.ts';
import { firstScan } from '../known-ids/merge.ts';
import { compareKeys, contentBytes, keyBytes } from '../known-ids/record.ts';
import type { RunRef } from '../known-ids/run.ts';
import { RunScan } from '../known-ids/scan.ts';
import type { PositionSet } from '../retain/position-set.ts';
import type { Witness } from './finding.ts';
import type { IdSums } from './id-sums.ts';

export interface SumOptions {
  readonly files: RangeReading;
  readonly store: string;
  /** Events in the log that is verified; what runs know beyond is of newer commits. */
  readonly size: number;
  readonly sums: IdSums;
  /** Positions of events that expired: their ids are counted, and compared with nothing. */
  readonly expired: PositionSet;
  readonly witness: Witness;
}

/** Records that are added up at once. */
const batchRecords = 8_192;

/** Records of several runs in the order of their keys. */
class Batch {
  readonly #options: SumOptions;
  readonly #keys = Buffer.alloc(batchRecords * keyBytes);
  readonly #contents = Buffer.alloc(batchRecords * contentBytes);
  readonly #positions = new Float64Array(batchRecords);
  readonly #lastKey = Buffer.alloc(keyBytes);
  #last: { readonly run: string; readonly position: number } | undefined;
  #count = 0;

  constructor(options: SumOptions) {
    this.#options = options;
  }

  add({ bytes, at, run }: RunScan, position: number): void {
    if (position >= this.#options.size) return;
    this.#compareWithLast(bytes, at, run.path, position);
    const [keyAt, contentAt] = [this.#count * keyBytes, this.#count * contentBytes];
    if (this.#options.expired.has(position)) {
      this.#keys.fill(0, keyAt, keyAt + keyBytes);
      this.#contents.fill(0, contentAt, contentAt + contentBytes);
    } else {
      bytes.copy(this.#keys, keyAt, at, at + keyBytes);
      bytes.copy(this.#contents, contentAt, at + keyBytes, at + keyBytes + contentBytes);
    }
    this.#positions[this.#count++] = position;
    if (this.#count === batchRecords) this.flush();
  }

  flush(): void {
    const positions = this.#positions.subarray(0, this.#count);
    if (this.#count > 0) this.#options.sums.add('index', this.#keys, this.#contents, positions);
    this.#count = 0;
  }

  /** Two runs that know an id, each at a position of its own, mean that its event was sealed twice. */
  #compareWithLast(bytes: Buffer, at: number, run: string, position: number): void {
    const last = this.#last;
    if (last && compareKeys(this.#lastKey, 0, bytes, at) === 0) {
      const reason = `${last.run} knows the id of this event already, at position ${last.position}`;
      this.#options.witness.found({ kind: 'repeated', file: run, position, reason });
    }
    bytes.copy(this.#lastKey, 0, at, at + keyBytes);
    this.#last = { run, position };
  }
}

/** Adds up what some runs know of positions below `size`, and names ids that two of them know. @throws RunDamaged, and the system's errors */
export const sumKnownIds = async (options: SumOptions, runs: readonly RunRef[]): Promise<void> => {
  const { files, store } = options;
  const batch = new Batch(options);
  const scans: RunScan[] = [];
  try {
    for (const run of runs) scans.push(await RunScan.open(files, store, run));
    const left = [...scans];
    for (let scan = firstScan(left); scan; scan = firstScan(left)) {
      batch.add(scan, scan.position());
      if (!scan.advance() && !(await scan.fill())) left.splice(left.indexOf(scan), 1);
    }
    batch.flush();
  } finally {
    for (const scan of scans) await scan.close();
  }
};
