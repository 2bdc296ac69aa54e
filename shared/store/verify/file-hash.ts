import { createHash } from 'node:crypto';
import type { RangeFile } from '../files.ts';

const readBytes = 1024 * 1024;

/** SHA-256 of a whole file in hexadecimal digits, read a megabyte at a time. @throws the system's error */
export const sha256Of = async (file: RangeFile): Promise<string> => {
  const sha256 = createHash('sha256');
  for (let at = 0; at < file.bytes; ) {
    const bytes = await file.read(at, readBytes);
    if (bytes.length === 0) break;
    sha256.update(bytes);
    at += bytes.length;
  }
  return sha256.digest('hex');
};
