import { link, mkdir, open, readdir, readFile, stat, statfs, unlink } from 'node:fs/promises';

/** What a reader needs of a file system. */
export interface FileReading {
  /** @throws the system's error: `ENOENT` or `ESTALE` when the file is gone. */
  read(path: string): Promise<Uint8Array>;
  /** Names in a folder, in no order. May be stale on a network share (21 s were measured). @throws the system's error */
  list(folder: string): Promise<readonly string[]>;
}

/** A file that is open to be read in pieces. Close it soon: after an outage of a share, a descriptor may stay broken for good. */
export interface RangeFile {
  /** Its length. */
  readonly bytes: number;
  /** Bytes `[from, from + length)`; fewer only at the file's end. @throws the system's error */
  read(from: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What reading a part of a file needs of a file system. */
export interface RangeReading {
  /** @throws the system's error: `ENOENT` or `ESTALE` when the file is gone. */
  openRange(path: string): Promise<RangeFile>;
}

/** What publishing needs of a file system. */
export interface FilePublishing extends FileReading {
  /** Creates the file exclusively (`EEXIST` when it is there), writes and syncs it. Leaves no descriptor behind, whatever fails. */
  createExclusive(path: string, bytes: Uint8Array): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes one folder, unless it is there. @throws `ENOENT` when the folder above it is not. */
  makeFolder(path: string): Promise<void>;
  /** Makes the names in a folder survive a power loss. */
  syncFolder(path: string): Promise<void>;
  /** Unix milliseconds by the share's own clock. */
  modifiedAtMs(path: string): Promise<number>;
}

/** What backpressure needs of a file system. */
export interface FileSpace {
  freeBytes(folder: string): Promise<number>;
}

export type StoreFiles = FilePublishing & FileSpace & RangeReading;

/** The error code of a failed system call, or undefined. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** True when a file that was listed is gone: NFS says `ESTALE` for what others call `ENOENT`. */
export const isGone = (error: unknown): boolean => {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ESTALE';
};

const openRange = async (path: string): Promise<RangeFile> => {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return {
      bytes: size,
      read: async (from, length) => {
        const target = new Uint8Array(Math.max(0, Math.min(length, size - from)));
        let filled = 0;
        while (filled < target.length) {
          const { bytesRead } = await file.read(target, filled, target.length - filled, from + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return target.subarray(0, filled);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
};

/** Bytes in memory as a file. */
export const rangeOf = (bytes: Uint8Array): RangeFile => ({
  bytes: bytes.length,
  read: async (from, length) => bytes.subarray(from, from + length),
  close: async () => {},
});

export const nodeStoreFiles: StoreFiles = {
  read: (path) => readFile(path),
  openRange,
  list: (folder) => readdir(folder),
  createExclusive: async (path, bytes) => {
    const file = await open(path, 'wx', 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  link: (from, to) => link(from, to),
  unlink: (path) => unlink(path),
  makeFolder: async (path) => {
    try {
      await mkdir(path);
    } catch (error) {
      // Not every share says EEXIST for what is there: see for ourselves.
      const there = await stat(path).catch(() => undefined);
      if (!there?.isDirectory()) throw error;
    }
  },
  syncFolder: async (path) => {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  modifiedAtMs: async (path) => (await stat(path)).mtimeMs,
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
};
