import { runProgram } from '../../scenarios/run-program.ts';
import type { Contender } from '../comparison.ts';
import { type Files, formatValues } from './format-values.ts';

const events = 10_000;

const nothingToPrepare = async (): Promise<void> => {};

/** Ours: what seal and merge leave. */
export const sealedParts: Contender = {
  name: 'ours',
  what: 'one sealed part at gzip level 9, as merge leaves it',
  prepare: nothingToPrepare,
  measure: async (folder) => {
    const parts = `${folder}/parts`;
    const written = await runProgram<{ readonly bytes: number; readonly ms: number }>('sealed/stage-process.ts', [
      ...['write', parts, String(events), String(events), 'gzip-9'],
    ]);
    const scanned = await runProgram<{ readonly ms: number }>('sealed/stage-process.ts', ['scan', parts]);
    const found = { events, bytes: written.bytes, writtenMs: written.ms, scannedMs: scanned.ms };
    return { values: formatValues(found), lost: 0 };
  },
};

/** Ours, too: what persist leaves. */
export const levelZeroParts: Contender = {
  name: 'our-level-0',
  what: 'level-0 parts of 1,000 events at gzip level 1, as persist leaves them until they are sealed, leaf hashes among them',
  prepare: nothingToPrepare,
  measure: async (folder) => {
    const found = await runProgram<Files>('peers/formats/level-zero-program.ts', [folder, String(events)]);
    return { values: formatValues(found), lost: 0 };
  },
};
