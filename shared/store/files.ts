import { type FileHandle, link, mkdir, open, readdir, rename, rmdir, stat, statfs, unlink } from 'node:fs/promises';
import { createTurns } from '../turns.ts';

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

/** As the system would have said it. */
const endsTooSoon = (offset: number, bytes: number): Error =>
  Object.assign(new Error(`EIO: a file of ${bytes} bytes ends after ${offset}: its server may have gone away`), {
    code: 'EIO',
  });

/**
 * Reads on until the length is there or the file ends: one call may bring less than it was asked for. A share that goes away
 * under a reader may show the file's end instead of an error (sshfs does, now and then); files of the store never shrink.
 * @param bytes the file's length.
 * @throws the system's error, or one with its code EIO when the file ends before its length.
 */
const readRange = async (file: FileHandle, offset: number, length: number, bytes: number): Promise<Buffer> => {
  const wanted = Math.max(0, Math.min(length, bytes - offset));
  const read = Buffer.allocUnsafe(wanted);
  let filled = 0;
  while (filled < wanted) {
    const { bytesRead } = await file.read(read, filled, wanted - filled, offset + filled);
    if (bytesRead === 0) throw endsTooSoon(offset + filled, bytes);
    filled += bytesRead;
  }
  return read;
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

/**
 * Calls that a thread of ours makes of the store's file system at a time: enough to hide a share's round trips behind each other.
 * A share that hangs keeps a thread of Node's pool for each, and the pool is the whole process's: what has nothing to do
 * with the share, such as the embedded queue's sync, must find one free (see localstack/host/start.mjs).
 */
const callsAtOnce = 8;

const inTurn = createTurns(callsAtOnce);

/** A file that was just made, as far as writing it goes. */
export interface NewFileHandle {
  /** Writes `length` bytes of `piece` from `from` on to offset `at` of the file, or fewer. */
  write(piece: Uint8Array, from: number, length: number, at: number): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Writes the whole of a file that was just made. Each call names its offset: one call may take less than it was given, and the crash
 * tests tell a store's writes (`pwrite64`) from those by which a thread of Node's pool wakes the main one (`write`).
 * @throws the system's error, or what `data` throws
 */
export const writeWhole = async (
  file: Pick<NewFileHandle, 'write'>,
  data: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> => {
  let offset = 0;
  for await (const piece of data instanceof Uint8Array ? [data] : data) {
    for (let written = 0; written < piece.length; ) {
      const { bytesWritten } = await file.write(piece, written, piece.length - written, offset + written);
      written += bytesWritten;
    }
    offset += piece.length;
  }
};

/** Writes a file that was just made, syncs and closes it, whatever fails. @throws the system's error, or what `data` throws */
export const writeAndSync = async (
  file: NewFileHandle,
  data: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> => {
  try {
    await writeWhole(file, data);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Writes a new file and syncs it. */
const create = async (path: string, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> =>
  writeAndSync(await open(path, 'wx', 0o644), data);

const openRanges = async (path: string): Promise<RangeFile> => {
  const file = await open(path, 'r');
  const close = (): Promise<void> => file.close().catch(() => {});
  try {
    const { size } = await file.stat();
    return { bytes: size, read: (offset, length) => inTurn(() => readRange(file, offset, length, size)), close };
  } catch (error) {
    await close();
    throw error;
  }
};

const readWhole = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return await readRange(file, 0, size, size);
  } finally {
    await file.close();
  }
};

const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path);
  } catch (error) {
    // Not every share says EEXIST for what is there: see for ourselves.
    const there = await stat(path).catch(() => undefined);
    if (!there?.isDirectory()) throw error;
  }
};

const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

const freeBytes = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

export const nodeStoreFiles: StoreFiles & SealFiles = {
  read: (path) => inTurn(() => readWhole(path)),
  list: (folder) => inTurn(() => readdir(folder)),
  openRanges: (path) => inTurn(() => openRanges(path)),
  createExclusive: (path, bytes) => inTurn(() => create(path, bytes)),
  // Not in turn: its pieces may be read from the store, and those reads would wait for a turn that this one has.
  createExclusiveFrom: create,
  link: (from, to) => inTurn(() => link(from, to)),
  unlink: (path) => inTurn(() => unlink(path)),
  rename: (from, to) => inTurn(() => rename(from, to)),
  makeFolder: (path) => inTurn(() => makeFolder(path)),
  removeFolder: (path) => inTurn(() => rmdir(path)),
  syncFolder: (path) => inTurn(() => syncFolder(path)),
  modifiedAtMs: async (path) => (await inTurn(() => stat(path))).mtimeMs,
  freeBytes: (folder) => inTurn(() => freeBytes(folder)),
};
