import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** What pip or a test run leaves in a package's folder, and what is not installed. */
const isIgnored = (name: string): boolean =>
  ['__pycache__', 'build', 'tests', '.pytest_cache', '.ruff_cache'].includes(name) ||
  name.endsWith('.egg-info') ||
  name.startsWith('requirements');

/** Files of a package that matter to what gets installed, relative, sorted. */
export const packageFiles = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.split(path.sep).some(isIgnored))
    .sort();
};

/** A short name for the content of these files. */
export const hashFiles = async (folder: string, files: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(path.join(folder, file));
    hash.update(`${file.length}:${file}${content.length}:`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
};
