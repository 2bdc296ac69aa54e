import {
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rmdir,
  stat,
  statfs,
  unlink,
} from 'node:fs/promises';

/** What a reader needs of a file system. */
export interface FileReading {
  /** @throws the system's error: `ENOENT` or `ESTALE` when the file is gone. */
  read(path: string): Promise<Uint8Array>;
  /** Names in a folder, in no order. May be stale on a network share (21 s were measured). @throws the system's error */
  list(folder: string): Promise<readonly string[]>;
}

/** What publishing needs of a file system. */
export interface FilePublishing extends FileReading {
  /** Creates the file exclusively (`EEXIST` when it is there), writes and syncs it. Leaves no descriptor behind, whatever fails. */
  createExclusive(path: string, bytes: Uint8Array): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes one folder, unless it is there. @throws `ENOENT` when the folder above it is not. */
  makeFolder(path: string): Promise<void>;
  /** Removes one folder. @throws `ENOTEMPTY` when something is in it, `ENOENT` when it is not there. */
  removeFolder(path: string): Promise<void>;
  /** Makes the names in a folder survive a power loss. */
  syncFolder(path: string): Promise<void>;
  /** Unix milliseconds by the share's own clock. */
  modifiedAtMs(path: string): Promise<number>;
}

/** What backpressure needs of a file system. */
export interface FileSpace {
  freeBytes(folder: string): Promise<number>;
}

/** An open file that is read in ranges; on a network share its descriptor may die with the server, so keep none for long. */
export interface RangeFile {
  /** Its length when it was opened. */
  readonly bytes: number;
  /** Reads `length` bytes from `offset` on; fewer only where the file ends. @throws the system's error */
  read(offset: number, length: number): Promise<Buffer>;
  /** Never throws: nothing was written. */
  close(): Promise<void>;
}

/** What a reader of large files needs of a file system. */
export interface RangeReading {
  /** Whoever opens closes. @throws the system's error: `ENOENT` or `ESTALE` when the file is gone. */
  openRanges(path: string): Promise<RangeFile>;
}

/** What writing a file larger than memory needs of a file system. */
export interface FileStreaming {
  /**
   * Creates the file exclusively (`EEXIST` when it is there), writes the pieces one after another and syncs it. Leaves no
   * descriptor behind, whatever fails. @throws the system's error, or what `pieces` throws.
   */
  createExclusiveFrom(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void>;
}

/** What keeping a file up to date in its place needs of a file system. */
export interface FileReplacing {
  /** Gives a file a name, in the place of whatever has it now. */
  rename(from: string, to: string): Promise<void>;
}

export type StoreFiles = FilePublishing & FileSpace;
/** What a store needs that holds files larger than memory. */
export type LargeStoreFiles = FilePublishing & RangeReading & FileStreaming;
/** What sealing needs. */
export type SealFiles = LargeStoreFiles & FileReplacing;

/** The error code of a failed system call, or undefined. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/**
 * True when nothing has the name. `ESTALE` does not say so: what has gone stale was there, and taking it for absent would
 * read as an empty folder.
 */
export const isAbsent = (error: unknown): boolean => systemCode(error) === 'ENOENT';

/** True when a file that was listed is gone: NFS says `ESTALE` for what others call `ENOENT`. */
export const isGone = (error: unknown): boolean => {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ESTALE';
};

/** Reads on until the length is there or the file ends: one call may bring less than it was asked for. */
const readRange = async (file: FileHandle, offset: number, length: number): Promise<Buffer> => {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
};

/** Bytes in memory as a file. */
export const rangeOf = (bytes: Uint8Array): RangeFile => {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    bytes: all.length,
    read: async (offset, length) => all.subarray(offset, offset + length),
    close: async () => {},
  };
};

/** A file that was just made, as far as writing it goes. */
export interface NewFileHandle {
  writeFile(data: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Writes a file that was just made, syncs and closes it, whatever fails. @throws the system's error, or what `data` throws */
export const writeAndSync = async (
  file: NewFileHandle,
  data: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> => {
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
};

const create = async (path: string, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> =>
  writeAndSync(await open(path, 'wx', 0o644), data);

export const nodeStoreFiles: StoreFiles & SealFiles = {
  read: (path) => readFile(path),
  list: (folder) => readdir(folder),
  openRanges: async (path) => {
    const file = await open(path, 'r');
    const close = (): Promise<void> => file.close().catch(() => {});
    try {
      const { size } = await file.stat();
      return { bytes: size, read: (offset, length) => readRange(file, offset, length), close };
    } catch (error) {
      await close();
      throw error;
    }
  },
  createExclusive: create,
  createExclusiveFrom: create,
  link: (from, to) => link(from, to),
  unlink: (path) => unlink(path),
  rename: (from, to) => rename(from, to),
  makeFolder: async (path) => {
    try {
      await mkdir(path);
    } catch (error) {
      // Not every share says EEXIST for what is there: see for ourselves.
      const there = await stat(path).catch(() => undefined);
      if (!there?.isDirectory()) throw error;
    }
  },
  removeFolder: (path) => rmdir(path),
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
