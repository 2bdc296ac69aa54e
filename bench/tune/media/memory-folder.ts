import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Linux has a file system in memory here. */
const memory = '/dev/shm';

/** A folder that is gone when it is disposed of, or with this process. */
export interface MemoryFolder extends Disposable {
  readonly path: string;
}

const isWritable = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * A folder in memory, so that a modelled medium has nothing of the device that is there.
 * @param otherwise where to make it on a system that has no such place: then a medium can be modelled that is slower than that
 */
export const memoryFolder = (otherwise: string): MemoryFolder => {
  const made = mkdtempSync(path.join(isWritable(memory) ? memory : otherwise, 'fi-tune-'));
  const remove = (): void => rmSync(made, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    path: made,
    [Symbol.dispose]: () => {
      process.off('exit', remove);
      remove();
    },
  };
};
