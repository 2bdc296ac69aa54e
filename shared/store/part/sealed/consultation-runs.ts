import { requireStorableName } from '../storable.ts';
import { windowPositions } from './layout.ts';
import { compareUtf8 } from './text-order.ts';

/** Consecutive rows of one consultation. */
export interface RowRange {
  readonly firstRow: number;
  readonly rows: number;
}

/** The consultation index of a part as its datasets hold it: the runs of consultation `c` are `firstRun[c]` up to `firstRun[c + 1]`. */
export interface ConsultationIndex {
  /** Ascending by their UTF-8 bytes. */
  readonly names: readonly string[];
  readonly firstRun: Uint32Array<ArrayBuffer>;
  readonly runFirstRow: Uint32Array<ArrayBuffer>;
  readonly runRows: Uint32Array<ArrayBuffer>;
}

interface Run {
  readonly firstRow: number;
  rows: number;
}

/** Gathers runs and windows as rows are appended, and sees to their order. */
export class ConsultationRuns {
  readonly #runs = new Map<string, Run[]>();
  readonly windows: number[] = [];
  readonly windowFirstRows: number[] = [];
  #rows = 0;
  #consultation: string | undefined;
  #run: Run = { firstRow: 0, rows: 0 };
  #window = -1;
  #offset = -1;

  /** @throws RangeError when the row does not stand behind the ones before it. */
  append(consultation: string, positionOffset: number): void {
    const window = Math.floor(positionOffset / windowPositions);
    const opensWindow = window !== this.#window;
    if (opensWindow || consultation !== this.#consultation) {
      this.#requireAscending(window, consultation);
      if (opensWindow) {
        this.windows.push(window);
        this.windowFirstRows.push(this.#rows);
      }
      this.#window = window;
      this.#consultation = consultation;
      this.#run = { firstRow: this.#rows, rows: 0 };
      const runs = this.#runs.get(consultation);
      if (runs) runs.push(this.#run);
      else this.#open(consultation);
    } else if (positionOffset <= this.#offset) {
      throw new RangeError(`position offset ${positionOffset} does not ascend within consultation ${consultation}`);
    }
    this.#run.rows++;
    this.#offset = positionOffset;
    this.#rows++;
  }

  #open(consultation: string): void {
    requireStorableName('consultation_id', consultation);
    this.#runs.set(consultation, [this.#run]);
  }

  #requireAscending(window: number, consultation: string): void {
    const previous = this.#consultation;
    if (previous === undefined || window > this.#window) return;
    if (window < this.#window || compareUtf8(previous, consultation) >= 0) {
      throw new RangeError(`rows of consultation ${consultation} are not sorted by window and consultation`);
    }
  }

  get consultations(): number {
    return this.#runs.size;
  }

  index(): ConsultationIndex {
    const names = [...this.#runs.keys()].sort(compareUtf8);
    const runs: Run[] = [];
    const firstRun = new Uint32Array(names.length + 1);
    for (const [code, name] of names.entries()) {
      runs.push(...(this.#runs.get(name) ?? []));
      firstRun[code + 1] = runs.length;
    }
    return {
      names,
      firstRun,
      runFirstRow: Uint32Array.from(runs, ({ firstRow }) => firstRow),
      runRows: Uint32Array.from(runs, ({ rows }) => rows),
    };
  }
}

/** The code of each row's consultation: the rank of its name, which is known only when all rows are there. */
export const codesOf = (index: ConsultationIndex, rows: number): Uint32Array<ArrayBuffer> => {
  const { names, firstRun, runFirstRow, runRows } = index;
  const codes = new Uint32Array(rows);
  for (let code = 0; code < names.length; code++) {
    for (let run = firstRun[code] ?? 0; run < (firstRun[code + 1] ?? 0); run++) {
      const from = runFirstRow[run] ?? 0;
      codes.fill(code, from, from + (runRows[run] ?? 0));
    }
  }
  return codes;
};
