import path from 'node:path';
import { PartDamaged } from '../../../domain/errors.ts';
import { type RangeFile, type RangeReading, systemCode } from '../../files.ts';

/** Opens the file of a part that the newest commit names. @throws PartDamaged when it is not there, or the system's error */
export const openPartFile = async (files: RangeReading, store: string, part: string): Promise<RangeFile> => {
  try {
    return await files.openRanges(path.join(store, part));
  } catch (cause) {
    // Only this: a stale handle says nothing about the file.
    if (systemCode(cause) === 'ENOENT') throw new PartDamaged(part, 'it is missing', { cause });
    throw cause;
  }
};
