import path from 'node:path';
import { commitPath, snapshotPath } from '../commits/names.ts';
import type { FileReading } from '../files.ts';
import { listFolder } from './list-folder.ts';

/** What the folders of commits list; on a share it may be some seconds old, so that more may be there. */
export interface CommitListing {
  /** The highest number of a commit or snapshot, 0 without any. */
  readonly highest: number;
  readonly snapshots: ReadonlySet<number>;
  /** Files that are neither. */
  readonly others: readonly string[];
}

const root = 'log/commits';
const form = /^(\d{12})(\.snapshot)?\.json$/;

/** @throws the system's error */
export const listCommits = async (files: FileReading, store: string): Promise<CommitListing> => {
  let highest = 0;
  const snapshots = new Set<number>();
  const others: string[] = [];
  for (const folder of (await listFolder(files, store, root)) ?? []) {
    const names = await listFolder(files, store, path.join(root, folder));
    if (names === undefined) others.push(path.join(root, folder));
    for (const name of names ?? []) {
      const file = path.join(root, folder, name);
      const [, digits, isSnapshot] = form.exec(name) ?? [];
      const number = Number(digits);
      if (digits === undefined || number === 0 || file !== (isSnapshot ? snapshotPath(number) : commitPath(number))) {
        others.push(file);
        continue;
      }
      highest = Math.max(highest, number);
      if (isSnapshot) snapshots.add(number);
    }
  }
  return { highest, snapshots, others };
};
