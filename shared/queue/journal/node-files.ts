import fs from 'node:fs';
import path from 'node:path';
import { DiskSpeed } from './disk-speed.ts';
import type { JournalFile, JournalFiles, WriteOptions } from './files.ts';
import { refuseNetworkFolder } from './network-folder.ts';
import { ownFolder } from './own-folder.ts';

/**
 * With O_DSYNC a write is durable in one call and, on a preallocated file, needs no file system commit.
 * macOS has the flag but keeps data in the drive's cache; there, fdatasync is F_FULLFSYNC (libuv).
 */
const dataSync = process.platform === 'linux' ? fs.constants.O_DSYNC : undefined;

/** In a thread of the pool. By the callback API on the bare descriptor: a FileHandle's write costs twice the processor time. */
const write = (descriptor: number, data: Uint8Array, position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    fs.write(descriptor, data, 0, data.length, position, (error, written) =>
      error ? reject(error) : resolve(written),
    );
  });

const read = (descriptor: number, target: Uint8Array, position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    fs.read(descriptor, target, 0, target.length, position, (error, count) => (error ? reject(error) : resolve(count)));
  });

class NodeJournalFile implements JournalFile {
  readonly path: string;
  readonly #handle: fs.promises.FileHandle;
  readonly #speed = new DiskSpeed();

  constructor(filePath: string, handle: fs.promises.FileHandle) {
    this.path = filePath;
    this.#handle = handle;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const count = await read(this.#handle.fd, target.subarray(done), position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  async writeDurably(data: Uint8Array, position: number, { inBackground = false }: WriteOptions = {}): Promise<void> {
    // Where a write is not durable by itself, it is the sync that takes the time.
    const isHere = dataSync !== undefined && !inBackground && this.#speed.isQuick;
    const startMs = performance.now();
    try {
      await this.#writeAll(data, position, isHere);
      if (dataSync === undefined) await this.#handle.datasync();
    } finally {
      // One that fails after a long time tells as much of the disk as one that succeeds.
      if (!inBackground) this.#speed.took(data.length, performance.now() - startMs);
    }
  }

  async #writeAll(data: Uint8Array, position: number, isHere: boolean): Promise<void> {
    const { fd } = this.#handle;
    for (let done = 0; done < data.length; ) {
      const rest = done === 0 ? data : data.subarray(done);
      const count = isHere
        ? fs.writeSync(fd, rest, 0, rest.length, position + done)
        : await write(fd, rest, position + done);
      if (count === 0) throw new Error(`${this.path} takes no more bytes.`);
      done += count;
    }
  }

  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

const open = async (filePath: string, flags: number): Promise<JournalFile> =>
  new NodeJournalFile(filePath, await fs.promises.open(filePath, flags | fs.constants.O_RDWR | (dataSync ?? 0), 0o600));

const syncFolder = async (folder: string): Promise<void> => {
  // Windows cannot open a folder; NTFS journals its entries itself.
  if (process.platform === 'win32') return;
  const handle = await fs.promises.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Makes the folder and syncs every parent it had to make, so that the folder itself survives a loss of power. */
const makeFolder = async (folder: string): Promise<void> => {
  const first = await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const topmost = path.dirname(first);
  for (let parent = path.dirname(folder); parent.length >= topmost.length; parent = path.dirname(parent)) {
    await syncFolder(parent);
    if (parent === path.dirname(parent)) break;
  }
};

/** The journal on a local file system. */
export const nodeJournalFiles: JournalFiles = {
  prepareFolder: async (folder) => {
    await makeFolder(folder);
    await refuseNetworkFolder(folder);
  },
  own: ownFolder,
  list: (folder) => fs.promises.readdir(folder),
  create: (filePath) => open(filePath, fs.constants.O_CREAT | fs.constants.O_EXCL),
  open: (filePath) => open(filePath, 0),
  remove: (filePath) => fs.promises.rm(filePath, { force: true }),
  syncFolder,
};
