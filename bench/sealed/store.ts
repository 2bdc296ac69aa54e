import { readdirSync } from 'node:fs';
import path from 'node:path';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { openSealedPart, type SealedPart } from '../../shared/store/part/sealed/open.ts';

/** A part of the bench's folder; its base position stands in its name, as it otherwise would in a commit. */
export const partName = (basePosition: number, partId: string): string =>
  `${String(basePosition).padStart(12, '0')}-${partId}.h5`;

export const partPaths = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.h5'))
    .sort()
    .map((name) => path.join(folder, name));

/** Opens all parts of a folder for as long as `use` runs. */
export const withParts = async <Result>(
  folder: string,
  use: (parts: readonly SealedPart[]) => Promise<Result>,
): Promise<Result> => {
  const files = await Promise.all(partPaths(folder).map((file) => nodeStoreFiles.openRanges(file)));
  try {
    const parts = partPaths(folder).map((file, index) => {
      const range = files[index];
      if (range === undefined) throw new Error(`${file} is gone`);
      return openSealedPart(range, { path: file, basePosition: Number.parseInt(path.basename(file), 10) });
    });
    return await use(await Promise.all(parts));
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
};
