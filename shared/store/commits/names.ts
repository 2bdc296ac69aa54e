import path from 'node:path';

/** Commits of one folder: its names are synced and looked up often, and a folder of millions is slow on a share. */
const commitsPerFolder = 1_000;

/** Every so many commits a snapshot of the whole state is published beside the commit. */
export const commitsPerSnapshot = 100;

const folderOf = (number: number): string =>
  path.join('log/commits', String(Math.floor(number / commitsPerFolder)).padStart(9, '0'));

const nameOf = (number: number): string => String(number).padStart(12, '0');

/** Where commit `number` lies, relative to the store's folder: `log/commits/<thousand>/<number>.json`. */
export const commitPath = (number: number): string => path.join(folderOf(number), `${nameOf(number)}.json`);

/** Where the snapshot of the state after commit `number` lies. */
export const snapshotPath = (number: number): string => path.join(folderOf(number), `${nameOf(number)}.snapshot.json`);
