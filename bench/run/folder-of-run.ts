import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';

/** A folder for what a run stores, gone with this process however that ends. */
export const folderOfRun = (parent: string): string => {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, 'fi-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
