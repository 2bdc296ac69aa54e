import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const mostOutputBytes = 64 * 1024 * 1024;

/**
 * Runs one of the bench's programs in a process of its own, so that its memory and its garbage are its own.
 * @param program relative to bench/
 * @param flags of Node; by default those of `npm start`
 * @returns the JSON that it printed
 */
export const runProgram = async <Found>(
  program: string,
  words: readonly string[],
  flags: readonly string[] = ['--max-semi-space-size=16'],
): Promise<Found> => {
  const file = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const { stdout } = await execute(process.execPath, [...flags, file, ...words], {
    maxBuffer: mostOutputBytes,
  });
  return JSON.parse(stdout);
};
