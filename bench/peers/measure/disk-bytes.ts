import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const bytesPerBlock = 512;

/** What a folder takes on disk, with all below it: blocks, so that a file that was only made large counts as far as it is filled. */
export const diskBytes = (folder: string): number => {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    try {
      bytes += statSync(path.join(entry.parentPath, entry.name)).blocks * bytesPerBlock;
    } catch {
      // Removed in this moment.
    }
  }
  return bytes;
};
