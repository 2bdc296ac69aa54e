import { open } from 'node:fs/promises';
import { type FilePublishing, type FileReplacing, nodeStoreFiles, writeAndSync } from '../store/files.ts';

/** An open file whose bytes can be made unreadable after its name was given to another. */
export interface Scrubbing {
  /** Writes zeros over the whole file and syncs it. @throws the system's error */
  scrub(): Promise<void>;
  /** Never throws. */
  close(): Promise<void>;
}

/** What a key store needs of a file system. */
export interface KeyStoreFiles extends FilePublishing, FileReplacing {
  /** @throws the system's error: `ENOENT` when the file is not there. */
  openScrubbing(path: string): Promise<Scrubbing>;
}

/** Nobody but the owner may read what is written. */
export const nodeKeyStoreFiles: KeyStoreFiles = {
  ...nodeStoreFiles,
  createExclusive: async (path, bytes) => writeAndSync(await open(path, 'wx', 0o600), bytes),
  openScrubbing: async (path) => {
    const file = await open(path, 'r+');
    return {
      scrub: async () => {
        const { size } = await file.stat();
        await file.write(Buffer.alloc(size), 0, size, 0);
        await file.sync();
      },
      close: () => file.close().catch(() => {}),
    };
  },
};
