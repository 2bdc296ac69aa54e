import { readFileSync } from 'node:fs';

/** What all commands of the bench write begins like. */
interface Recorded {
  readonly format: string;
  readonly formatVersion: 1;
}

/**
 * Reads what a run wrote.
 * @param writer the command that writes such files
 * @throws Error when it is no such file, or of a later version
 */
export const readRun = <Result extends Recorded>(file: string, format: Result['format'], writer: string): Result => {
  const result: Partial<Recorded> = JSON.parse(readFileSync(file, 'utf8'));
  if (result.format !== format) throw new Error(`${file} is not what "${writer}" writes`);
  if (result.formatVersion !== 1) {
    throw new Error(`${file} is of version ${result.formatVersion}: use the version of "${writer}" that wrote it`);
  }
  return result as Result;
};
