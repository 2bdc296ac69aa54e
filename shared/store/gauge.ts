import path from 'node:path';
import { StoreUnavailable, StoreUnsuitable } from '../domain/errors.ts';
import { nodeStoreFiles, type StoreFiles } from './files.ts';
import { DurableFolders } from './folders.ts';
import type { StoreGauge } from './port.ts';
import { requireLinks } from './require-links.ts';

/** Who asks while a look is under way shares it: on a share that hangs, looks would pile up otherwise. */
const shared = <Value>(look: () => Promise<Value>): (() => Promise<Value>) => {
  let running: Promise<Value> | undefined;
  return () => {
    running ??= look().finally(() => {
      running = undefined;
    });
    return running;
  };
};

/** Free space and writability of the store in `folder`. */
export const createStoreGauge = (folder: string, files: StoreFiles = nodeStoreFiles): StoreGauge => {
  const unavailable = (what: string, cause: unknown): StoreUnavailable =>
    cause instanceof StoreUnsuitable
      ? new StoreUnavailable(cause.message, { cause })
      : new StoreUnavailable(`The store at ${folder} ${what}: mount it, free space or fix its permissions.`, { cause });
  const folders = new DurableFolders(files, path.resolve(folder));
  return {
    freeBytes: shared(async () => {
      try {
        await folders.ensure('tmp');
        return await files.freeBytes(folder);
      } catch (error) {
        throw unavailable('cannot be looked at', error);
      }
    }),
    probe: shared(async () => {
      try {
        await folders.ensure('tmp');
        await requireLinks(files, path.join(folder, 'tmp'));
      } catch (error) {
        throw unavailable('cannot be written', error);
      }
    }),
  };
};
