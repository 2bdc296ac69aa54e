import path from 'node:path';
import { type Commit, decodeCommit, encodeLogFile, fileSha256 } from '../../../../shared/store/commits/format.ts';
import { commitPath } from '../../../../shared/store/commits/names.ts';
import { type FileMap, storeFolder } from './memory-files.ts';

const at = (number: number): string => path.join(storeFolder, commitPath(number));

export const commitOf = (files: FileMap, number: number): Commit =>
  decodeCommit(commitPath(number), files.get(at(number)) ?? new Uint8Array(), number);

/** Changes a commit, and makes all that follow it name its new bytes. */
export const rewrite = (files: FileMap, number: number, change: (commit: Commit) => Commit): FileMap => {
  const rewritten = new Map(files);
  for (const file of files.keys()) if (file.endsWith('.snapshot.json')) rewritten.delete(file);
  let previous: string | undefined;
  for (let each = number; files.has(at(each)); each++) {
    const { sha256: _, ...commit } = commitOf(files, each) as Commit & { sha256: string };
    const changed = each === number ? change(commit) : commit;
    const bytes = encodeLogFile(previous === undefined ? changed : { ...changed, previous_sha256: previous });
    rewritten.set(at(each), bytes);
    previous = fileSha256(bytes);
  }
  return rewritten;
};
