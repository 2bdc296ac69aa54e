import path from 'node:path';
import { PartDamaged } from '../../../domain/errors.ts';
import { type RangeReading, systemCode } from '../../files.ts';
import { openSealedPart } from '../../part/sealed/open.ts';
import type { Finding } from '../finding.ts';
import { LogWindow, type WindowMemory } from '../window.ts';
import { type NumberedPart, type PartRows, WindowEvents } from '../window-events.ts';

/** Rows of a part that a thread is to hash. */
export interface HashTask {
  readonly store: string;
  readonly numbered: NumberedPart;
  readonly rows: PartRows;
  readonly windows: ReadonlyArray<{ readonly number: number; readonly memory: WindowMemory }>;
}

/** What came of it; errors as far as they survive the way between threads. */
export type HashOutcome =
  | { readonly kind: 'hashed'; readonly findings: readonly Finding[] }
  | { readonly kind: 'damaged'; readonly reason: string }
  | { readonly kind: 'system'; readonly code: string; readonly message: string };

const windowOf = ({ number, memory }: HashTask['windows'][number]): LogWindow => {
  const window = new LogWindow(memory);
  window.number = number;
  return window;
};

/** What a thread does for each task: it opens the part for itself, and writes to the windows that it shares with others. */
export class HashWorker {
  readonly #files: RangeReading;
  #findings: Finding[] = [];
  readonly #events = new WindowEvents((finding) => this.#findings.push(finding));

  constructor(files: RangeReading) {
    this.#files = files;
  }

  /** @throws what is neither damage nor of the system */
  async run({ store, numbered, rows, windows }: HashTask): Promise<HashOutcome> {
    const { path: name, base_position: basePosition } = numbered.part;
    this.#findings = [];
    try {
      const file = await this.#files.openRanges(path.join(store, name));
      try {
        const sealed = await openSealedPart(file, { path: name, basePosition });
        await this.#events.hash(sealed, numbered, rows, windows.map(windowOf));
      } finally {
        await file.close();
      }
      return { kind: 'hashed', findings: this.#findings };
    } catch (error) {
      if (error instanceof PartDamaged) return { kind: 'damaged', reason: error.reason };
      const code = systemCode(error);
      if (code === undefined || !(error instanceof Error)) throw error;
      return { kind: 'system', code, message: error.message };
    }
  }
}
