import { readdirSync } from 'node:fs';
import path from 'node:path';
import { nodeStoreFiles, type RangeFile } from '../../shared/store/files.ts';
import { openSealedPart, type SealedPart } from '../../shared/store/part/sealed/open.ts';

/** A part of the bench's folder; its base position stands in its name, as it otherwise does in a commit. */
export const partName = (basePosition: number, partId: string): string =>
  `${String(basePosition).padStart(12, '0')}-${partId}.h5`;

/** In the order of their base positions. */
export const partPaths = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.h5'))
    .sort()
    .map((name) => path.join(folder, name));

const open = async (file: string, files: RangeFile[]): Promise<SealedPart> => {
  const range = await nodeStoreFiles.openRanges(file);
  files.push(range);
  return openSealedPart(range, { path: file, basePosition: Number.parseInt(path.basename(file), 10) });
};

/** Opens parts, by default all of a folder, for as long as `use` runs. */
export const withParts = async <Result>(
  folder: string,
  use: (parts: readonly SealedPart[]) => Promise<Result>,
  paths = partPaths(folder),
): Promise<Result> => {
  const files: RangeFile[] = [];
  try {
    const parts: SealedPart[] = [];
    for (const file of paths) parts.push(await open(file, files));
    return await use(parts);
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
};
