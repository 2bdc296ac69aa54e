import { randomUUID } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { WriteBytes } from './sink.ts';

/** Makes a name survive a power loss. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Lets `fill` write a file under a temporary name beside `file`, and gives it its own once it is whole and on disk. Whatever
 * fails leaves nothing behind, and what had the name before as it was.
 * @throws what `fill` throws, or the system's error.
 */
export const writeWhole = async <Result>(
  file: string,
  fill: (write: WriteBytes) => Promise<Result>,
): Promise<Result> => {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.partial`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    let result: Result;
    try {
      result = await fill(async (bytes) => {
        await handle.writeFile(bytes);
      });
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(path.dirname(file));
    return result;
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
};
