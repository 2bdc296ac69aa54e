import { dictionaries } from '../layout.ts';
import type { RowRange } from './consultation-runs.ts';
import type { PartFile } from './part-file.ts';

const names = dictionaries.consultation;

/** Compares `wanted` with the text of a row, both filled up with NUL to one width. */
const compareAt = (wanted: Uint8Array, chunk: Uint8Array, row: number): number =>
  Buffer.compare(wanted, chunk.subarray(row * wanted.length, (row + 1) * wanted.length));

/** The code of a consultation, found by bisection over the chunks of its dictionary: a handful of small reads. */
const codeOf = async (part: PartFile, consultationId: string): Promise<number | undefined> => {
  const dataset = part.dataset(names);
  const width = dataset.type.bytes;
  const text = Buffer.from(consultationId, 'utf8');
  if (text.length > width) return undefined;
  const wanted = new Uint8Array(width);
  wanted.set(text);
  const chunkRows = part.chunkRowsOf(names);
  let [low, high] = [0, dataset.chunks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    let found: number | 'before' | 'after' | undefined = undefined as number | 'before' | 'after' | undefined;
    await part.chunks.each([{ dataset, index: middle }], (_, chunk) => {
      found = findIn(chunk, wanted, Math.min(chunkRows, part.rowsOf(names) - middle * chunkRows));
    });
    if (typeof found === 'number') return middle * chunkRows + found;
    if (found === undefined) return undefined;
    if (found === 'before') high = middle;
    else low = middle + 1;
  }
  return undefined;
};

const findIn = (chunk: Uint8Array, wanted: Uint8Array, rows: number): number | 'before' | 'after' | undefined => {
  if (compareAt(wanted, chunk, 0) < 0) return 'before';
  if (compareAt(wanted, chunk, rows - 1) > 0) return 'after';
  let [low, high] = [0, rows];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareAt(wanted, chunk, middle);
    if (order === 0) return middle;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return undefined;
};

/** The rows of one consultation, in ascending order, which is that of their positions. */
export const rowsOfConsultation = async (part: PartFile, consultationId: string): Promise<readonly RowRange[]> => {
  const code = await codeOf(part, consultationId);
  if (code === undefined) return [];
  const { consultation_first_run: firstRuns } = await part.words(['consultation_first_run'], code, code + 2);
  const [from = 0, to = from] = firstRuns;
  const runs = await part.words(['run_first_row', 'run_rows'], from, to);
  return Array.from(runs.run_first_row, (firstRow, index) => ({ firstRow, rows: runs.run_rows[index] ?? 0 }));
};
