import path from 'node:path';
import type { FilePublishing } from './files.ts';

/**
 * The share's own idea of now, in Unix milliseconds, read off a file just made: ages of files mean something only beside it.
 * @param uniqueName no two calls share one.
 * @throws Error the system's.
 */
export const shareNowMs = async (files: FilePublishing, store: string, uniqueName: string): Promise<number> => {
  const file = path.join(store, 'tmp', `${uniqueName}.clock`);
  await files.createExclusive(file, new Uint8Array());
  try {
    return await files.modifiedAtMs(file);
  } finally {
    await files.unlink(file).catch(() => {});
  }
};
