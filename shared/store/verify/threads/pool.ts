import Tinypool from 'tinypool';
import { PartDamaged } from '../../../domain/errors.ts';
import type { SealedPart } from '../../part/sealed/open.ts';
import type { Finding } from '../finding.ts';
import type { LogWindow } from '../window.ts';
import type { NumberedPart, PartRows, RowHashing } from '../window-events.ts';
import type { HashOutcome, HashTask } from './hash-task.ts';

/** Fewer rows are not worth the chunks at both ends, which two threads then inflate. */
const fewestRows = 4_096;

/** V8's young generation of a thread, in MB: what an event leaves behind is short-lived. */
const maxYoungGenerationSizeMb = 8;

/** The rows in as many stretches of about the same length as there are threads. */
export const stretchesOf = ({ from, to }: PartRows, threads: number): readonly PartRows[] => {
  const count = Math.max(1, Math.min(threads, Math.floor((to - from) / fewestRows)));
  const bound = (index: number): number => from + Math.floor(((to - from) * index) / count);
  return Array.from({ length: count }, (_, index) => ({ from: bound(index), to: bound(index + 1) }));
};

/** Threads that hash the events of sealed parts together, each a stretch of the same window. */
export class HashThreads {
  readonly #threads: number;
  readonly #store: string;
  readonly #pool: Tinypool;

  /**
   * @param store its folder; threads open its parts themselves.
   * @param entry what a thread runs; tests have others.
   */
  constructor(store: string, threads: number, entry = new URL('./thread.ts', import.meta.url)) {
    this.#store = store;
    this.#threads = threads;
    this.#pool = new Tinypool({
      filename: entry.href,
      minThreads: threads,
      maxThreads: threads,
      resourceLimits: { maxYoungGenerationSizeMb },
    });
  }

  /** For `verifyStore`. An error of a thread, or its end, is an error of the verification. */
  hashing(found: (finding: Finding) => void): RowHashing {
    return {
      sharesMemory: true,
      hash: (sealed, numbered, rows, windows) => this.#hash(sealed, numbered, rows, windows, found),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }

  async #hash(
    sealed: SealedPart,
    numbered: NumberedPart,
    rows: PartRows,
    windows: readonly LogWindow[],
    found: (finding: Finding) => void,
  ): Promise<void> {
    if (rows.from === rows.to) return;
    const shared = windows.map(({ number, memory }) => ({ number, memory }));
    const outcomes = await Promise.allSettled(
      stretchesOf(rows, this.#threads).map((stretch) =>
        this.#run({ store: this.#store, numbered, rows: stretch, windows: shared }),
      ),
    );
    // In the order of the rows, whoever was first; and none is running any more.
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw outcome.reason;
      this.#report(sealed.path, outcome.value, found);
    }
  }

  #run(task: HashTask): Promise<HashOutcome> {
    return this.#pool.run(task);
  }

  #report(file: string, outcome: HashOutcome, found: (finding: Finding) => void): void {
    if (outcome.kind === 'hashed') for (const finding of outcome.findings) found(finding);
    if (outcome.kind === 'damaged') throw new PartDamaged(file, outcome.reason);
    if (outcome.kind === 'system') throw Object.assign(new Error(outcome.message), { code: outcome.code });
  }
}
