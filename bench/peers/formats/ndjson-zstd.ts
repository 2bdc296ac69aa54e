import { runProgram } from '../../scenarios/run-program.ts';
import type { Contender } from '../comparison.ts';
import { type Files, formatValues } from './format-values.ts';

const level = '3';

export const ndjsonZstd: Contender = {
  name: 'ndjson-zstd',
  what: 'lines of JSON, 1,000 a file, zstd at level 3; its scan parses each line',
  prepare: async () => {},
  measure: async (folder) => {
    const found = await runProgram<Files>('peers/formats/ndjson-program.ts', [folder, level]);
    return { values: formatValues(found), lost: 0 };
  },
};
