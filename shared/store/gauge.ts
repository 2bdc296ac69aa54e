import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { StoreUnavailable } from '../domain/errors.ts';
import { nodeStoreFiles, type StoreFiles } from './files.ts';
import { DurableFolders } from './folders.ts';
import type { StoreGauge } from './port.ts';

/** Free space and writability of the store in `folder`. */
export const createStoreGauge = (folder: string, files: StoreFiles = nodeStoreFiles): StoreGauge => {
  const unavailable = (what: string, cause: unknown): StoreUnavailable =>
    new StoreUnavailable(`The store at ${folder} ${what}: mount it, free space or fix its permissions.`, { cause });
  const folders = new DurableFolders(files, path.resolve(folder));
  return {
    freeBytes: async () => {
      try {
        await folders.ensure('tmp');
        return await files.freeBytes(folder);
      } catch (error) {
        throw unavailable('cannot be looked at', error);
      }
    },
    probe: async () => {
      const file = path.join(folder, 'tmp', `probe-${randomUUID()}`);
      try {
        await folders.ensure('tmp');
        await files.createExclusive(file, Uint8Array.of(0));
      } catch (error) {
        throw unavailable('cannot be written', error);
      } finally {
        await files.unlink(file).catch(() => {});
      }
    },
  };
};
