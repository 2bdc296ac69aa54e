import type { SealFiles, StoreFiles } from '../../shared/store/files.ts';

/** What was asked of a file system. */
export interface FileCounts {
  /** Files opened, or looked for in vain, to read them. */
  opens: number;
  readBytes: number;
  /** Folders listed. */
  lists: number;
  /** Files created. */
  creates: number;
  writtenBytes: number;
  /** Files and folders synced. */
  syncs: number;
}

type CountedFiles = StoreFiles & SealFiles;

/** Counts what goes through it: on a share each is a round trip or more, whatever else the machine does meanwhile. */
export const countFiles = (files: CountedFiles): { readonly files: CountedFiles; readonly counts: FileCounts } => {
  const counts: FileCounts = { opens: 0, readBytes: 0, lists: 0, creates: 0, writtenBytes: 0, syncs: 0 };
  const counted: CountedFiles = {
    ...files,
    read: async (path) => {
      counts.opens++;
      const bytes = await files.read(path);
      counts.readBytes += bytes.length;
      return bytes;
    },
    openRanges: async (path) => {
      counts.opens++;
      const file = await files.openRanges(path);
      return {
        bytes: file.bytes,
        close: () => file.close(),
        read: (offset, length) => {
          counts.readBytes += Math.min(length, file.bytes - offset);
          return file.read(offset, length);
        },
      };
    },
    list: (folder) => {
      counts.lists++;
      return files.list(folder);
    },
    createExclusive: (path, bytes) => {
      counts.creates++;
      counts.syncs++;
      counts.writtenBytes += bytes.length;
      return files.createExclusive(path, bytes);
    },
    createExclusiveFrom: (path, pieces) => {
      counts.creates++;
      counts.syncs++;
      const counting = async function* (): AsyncGenerator<Uint8Array> {
        for await (const piece of pieces) {
          counts.writtenBytes += piece.length;
          yield piece;
        }
      };
      return files.createExclusiveFrom(path, counting());
    },
    syncFolder: (path) => {
      counts.syncs++;
      return files.syncFolder(path);
    },
  };
  return { files: counted, counts };
};
