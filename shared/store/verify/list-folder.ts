import path from 'node:path';
import { type FileReading, isAbsent, systemCode } from '../files.ts';

/** The names in a folder of the store, sorted; undefined when it is not there, or is a file. @throws the system's error */
export const listFolder = async (
  files: Pick<FileReading, 'list'>,
  store: string,
  folder: string,
): Promise<readonly string[] | undefined> => {
  try {
    return [...(await files.list(path.join(store, folder)))].sort();
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
};
