import { dictionaries } from '../part/layout.ts';
import { windowPositions } from '../part/sealed/layout.ts';
import type { PartFile } from '../part/sealed/part-file.ts';
import { Positions } from '../part/sealed/positions.ts';
import { compareUtf8 } from '../part/sealed/text-order.ts';

const require = (condition: boolean, what: string): void => {
  if (!condition) throw new RangeError(what);
};

/** The rows of each window lie together, and windows in ascending order. */
const requireWindows = async (part: PartFile, offsets: Uint32Array): Promise<void> => {
  let row = 0;
  let last = -1;
  for (const { number, firstRow, endRow } of await new Positions(part).windows()) {
    require(number > last && firstRow === row && endRow > firstRow, 'its windows are not in order');
    for (; row < endRow; row++) {
      require(Math.floor((offsets[row] ?? 0) / windowPositions) === number, `row ${row} is not of its window`);
    }
    last = number;
  }
  require(row === offsets.length, 'its windows do not cover its rows');
};

/** The runs of each consultation are its rows, all of them, by ascending position. */
const requireRuns = async (part: PartFile, offsets: Uint32Array, codes: Uint32Array): Promise<void> => {
  const names = await part.texts(dictionaries.consultation);
  for (const [code, name] of names.entries()) {
    const previous = names[code - 1];
    require(previous === undefined || compareUtf8(previous, name) < 0, 'its consultations are not in order');
  }
  const { consultation_first_run: firstRuns } = await part.words(['consultation_first_run'], 0, names.length + 1);
  const count = part.rowsOf('run_rows');
  require(part.rowsOf('run_first_row') === count && firstRuns[names.length] === count, 'its runs are not all named');
  const runs = await part.words(['run_first_row', 'run_rows'], 0, count);
  let covered = 0;
  let run = 0;
  for (let code = 0; code < names.length; code++) {
    require(run === firstRuns[code], 'its runs are not in order');
    let last = -1;
    for (; run < (firstRuns[code + 1] ?? 0); run++) {
      const from = runs.run_first_row[run] ?? 0;
      const to = from + (runs.run_rows[run] ?? 0);
      for (let row = from; row < to; row++) {
        require(codes[row] === code && (offsets[row] ?? 0) > last, `row ${row} is not of its consultation's run`);
        last = offsets[row] ?? 0;
        covered++;
      }
    }
  }
  require(covered === part.meta.count, 'its runs do not cover its rows');
};

/** The payloads of all rows fill the arena from its first byte to its last. */
const requireArena = async (part: PartFile): Promise<void> => {
  const { count, payloadBytes } = part.meta;
  const { payload_offset: first } = await part.words(['payload_offset'], 0, 1);
  const { payload_offset: last } = await part.words(['payload_offset'], count, count + 1);
  require(first[0] === 0 && first[1] === 0, 'its payloads do not begin at the first byte');
  const end = (last[0] ?? 0) + (last[1] ?? 0) * 2 ** 32;
  require(end === payloadBytes && part.rowsOf('payload') === end, 'its payloads end elsewhere than its rows say');
};

/**
 * Makes sure that whoever reads the part by consultation or by position finds every row that whoever scans it does.
 * @throws RangeError saying what does not fit.
 */
export const requireWholeIndex = async (part: PartFile): Promise<void> => {
  const { position_offset: offsets, consultation } = await part.words(
    ['position_offset', 'consultation'],
    0,
    part.meta.count,
  );
  await requireArena(part);
  await requireWindows(part, offsets);
  await requireRuns(part, offsets, consultation);
};
