import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { keyText } from '../../shared/store/known-ids/identity-key.ts';
import { lookup } from '../../shared/store/known-ids/lookup.ts';
import { mergeRuns } from '../../shared/store/known-ids/merge.ts';
import { PageCache } from '../../shared/store/known-ids/page-cache.ts';
import { planMerges } from '../../shared/store/known-ids/plan.ts';
import type { NewId, RunRef } from '../../shared/store/known-ids/run.ts';
import { sortByKey, writeRun } from '../../shared/store/known-ids/write.ts';
import { absentFrom, type IdKind, keyOfEvent, scramble } from './ids.ts';
import { type LookupFigures, measureLookups } from './measure-lookups.ts';
import type { MergeFigures } from './merge-process.ts';

export interface RealFigures {
  readonly ids: IdKind;
  readonly stored: number;
  readonly runs: number;
  readonly bytes_an_id: number;
  /** Bytes written, first runs and merges, by the bytes of first runs. */
  readonly write_amplification: number;
  readonly insert_us_an_id: number;
  readonly merge_us_an_id: number;
  readonly known: LookupFigures;
  readonly absent: LookupFigures;
}

export interface RealRun {
  readonly figures: readonly RealFigures[];
  /** All runs that are left into one. */
  readonly merge: MergeFigures;
}

const run = promisify(execFile);

const batchIds = 1_000;
const batches = 60;
const unmeasured = 10;

const numbersOf = (count: number, first: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** Stores ids as a sealer does: look up, write a run, merge what is to be merged. The sizes of batches are 1,000 to 10,000. */
class Sealing {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'fi-known-ids-'));
  readonly #kind: IdKind;
  readonly #cache = new PageCache();
  runs: RunRef[] = [];
  stored = 0;
  readonly #written = { first: 0, merged: 0 };
  readonly #spentMs = { inserting: 0, merging: 0 };
  #batch = 0;

  constructor(kind: IdKind) {
    this.#kind = kind;
  }

  async growTo(ids: number): Promise<void> {
    while (this.stored < ids) {
      const count = Math.min(1_000 + (scramble(this.#batch++) % 9_001), ids - this.stored);
      await this.#insert(numbersOf(count, this.stored));
      await this.#merge();
    }
  }

  async #insert(numbers: readonly number[]): Promise<void> {
    const entries: readonly NewId[] = numbers.map((number, offset) => ({
      key: keyOfEvent(this.#kind, number),
      contentHash: hash('sha256', String(number), 'buffer'),
      offset,
    }));
    const startMs = performance.now();
    const keys = entries.map(({ key }) => key);
    const known = await lookup(nodeStoreFiles, this.folder, this.runs, keys, this.#cache);
    const fresh = entries.filter(({ key }) => !known.has(keyText(key)));
    const run = await writeRun(nodeStoreFiles, this.folder, sortByKey(fresh));
    this.#spentMs.inserting += performance.now() - startMs;
    if (fresh.length !== numbers.length) throw new Error('an id was known that was never stored');
    this.runs.push({ ...run, basePosition: this.stored });
    this.stored += fresh.length;
    this.#written.first += run.bytes;
  }

  async #merge(): Promise<void> {
    const startMs = performance.now();
    for (let plans = planMerges(this.runs); plans.length > 0; plans = planMerges(this.runs)) {
      for (const plan of plans) {
        const merged = await mergeRuns(nodeStoreFiles, this.folder, plan);
        this.#written.merged += merged.bytes;
        for (const run of plan) rmSync(path.join(this.folder, run.path));
        this.runs = [...this.runs.filter((run) => !plan.includes(run)), merged];
      }
    }
    this.#spentMs.merging += performance.now() - startMs;
  }

  /** Merges all that is left in a process of its own, so that its memory can be told from this one's. */
  async mergeAll(): Promise<MergeFigures> {
    const script = fileURLToPath(new URL('./merge-process.ts', import.meta.url));
    const { stdout } = await run(process.execPath, [script, this.folder, JSON.stringify(this.runs)]);
    return JSON.parse(stdout);
  }

  async figures(): Promise<RealFigures> {
    const knownBatches = Array.from({ length: batches }, (_, batch) =>
      numbersOf(batchIds, batch * batchIds).map((one) => keyOfEvent(this.#kind, scramble(one) % this.stored)),
    );
    // They come now, and were never seen.
    const absentBatches = Array.from({ length: batches }, (_, batch) =>
      numbersOf(batchIds, batch * batchIds).map((one) => keyOfEvent(this.#kind, absentFrom + one, this.stored + one)),
    );
    const look = (keys: readonly (readonly Uint8Array[])[]): Promise<LookupFigures> =>
      measureLookups(nodeStoreFiles, this.folder, this.runs, keys, unmeasured);
    const { first, merged } = this.#written;
    return {
      ids: this.#kind,
      stored: this.stored,
      runs: this.runs.length,
      bytes_an_id: Number((this.runs.reduce((sum, { bytes }) => sum + bytes, 0) / this.stored).toFixed(1)),
      write_amplification: Number(((first + merged) / first).toFixed(2)),
      insert_us_an_id: Number(((this.#spentMs.inserting * 1_000) / this.stored).toFixed(1)),
      merge_us_an_id: Number(((this.#spentMs.merging * 1_000) / this.stored).toFixed(1)),
      known: await look(knownBatches),
      absent: await look(absentBatches),
    };
  }
}

/** Stores ids of one kind on this machine's disk and looks some up at each of the sizes, which ascend. */
export const measureReal = async (kind: IdKind, sizes: readonly number[]): Promise<RealRun> => {
  const sealing = new Sealing(kind);
  try {
    const figures: RealFigures[] = [];
    for (const size of sizes) {
      await sealing.growTo(size);
      figures.push(await sealing.figures());
    }
    return { figures, merge: await sealing.mergeAll() };
  } finally {
    rmSync(sealing.folder, { recursive: true, force: true });
  }
};
