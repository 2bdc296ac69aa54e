import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { rangeOf } from '../../../../shared/store/files.ts';
import type { VerifyFiles } from '../../../../shared/store/verify/store-reading.ts';

/** Where a store and the folder beside it are in memory. */
export const storeFolder = '/store';
export const keptFolder = '/kept';

/** Files in memory by their whole path. */
export type FileMap = Map<string, Uint8Array>;

const gone = (): NodeJS.ErrnoException => Object.assign(new Error('no such file'), { code: 'ENOENT' });

/** All files below a folder on disk, as if it lay at `at`. */
export const loadFolder = (folder: string, at: string, files: FileMap = new Map()): FileMap => {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) loadFolder(file, path.join(at, name), files);
    else files.set(path.join(at, name), Uint8Array.from(readFileSync(file)));
  }
  return files;
};

/** Reads files in memory; no folders are there but those of files. */
export const memoryFiles = (map: ReadonlyMap<string, Uint8Array>): VerifyFiles => {
  const get = (file: string): Uint8Array => {
    const bytes = map.get(file);
    if (bytes === undefined) throw gone();
    return bytes;
  };
  return {
    read: async (file) => get(file),
    openRanges: async (file) => rangeOf(get(file)),
    syncFolder: async () => {},
    list: async (folder) => {
      const names = new Set<string>();
      for (const file of map.keys()) {
        if (file.startsWith(`${folder}/`)) names.add(file.slice(folder.length + 1).split('/')[0] ?? '');
      }
      if (names.size === 0) throw gone();
      return [...names];
    },
  };
};
