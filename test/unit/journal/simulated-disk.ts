import type { RandomFill } from '../../../shared/domain/ids.ts';
import { JournalOwned } from '../../../shared/queue/journal/errors.ts';
import type { JournalFile, JournalFiles } from '../../../shared/queue/journal/files.ts';

/** What disks write at once. */
const sectorBytes = 512;
/** What disks with large sectors read, change and write back for one that is smaller: it may be ruined as a whole. */
const blockBytes = 4096;
/** How often a block that was being written is ruined by the loss of power. */
const ruinedShare = 0.1;

/** Numbers from 0 up to 1 that one seed decides (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export const seededFill =
  (random: () => number): RandomFill =>
  (target) => {
    for (let index = 0; index < target.length; index++) target[index] = random() * 256;
  };

interface Write {
  readonly position: number;
  readonly data: Uint8Array;
}

/** One file: as programs see it, as the platters have it, and the sectors that are still on their way. */
interface Inode {
  cached: Buffer;
  durable: Buffer;
  unsynced: Write[];
}

const grown = (content: Buffer, bytes: number): Buffer =>
  content.length >= bytes ? content : Buffer.concat([content, Buffer.alloc(bytes - content.length)]);

const written = (content: Buffer, { position, data }: Write): Buffer => {
  const target = grown(content, position + data.length);
  target.set(data, position);
  return target;
};

const sectorsOf = ({ position, data }: Write): Write[] => {
  const sectors: Write[] = [];
  for (let at = 0; at < data.length; at += sectorBytes) {
    sectors.push({ position: position + at, data: data.subarray(at, at + sectorBytes) });
  }
  return sectors;
};

const shuffled = <Item>(items: readonly Item[], random: () => number): Item[] =>
  items
    .map((item) => ({ item, rank: random() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ item }) => item);

/** What happens to a write: it succeeds, fails with nothing or a part of it written, or fails although all of it was. */
export type WriteFate = 'success' | 'nothing' | 'part' | 'all';

export interface SimulatedDiskOptions {
  readonly seed?: number;
  /** False: a disk that says "synced" at once and syncs nothing. */
  readonly honoursSync?: boolean;
  /** Asked before each write. */
  readonly fateOf?: (path: string, write: Write) => WriteFate;
}

/**
 * A disk with a write cache. Until a write is synced, a loss of power keeps any of its sectors, loses the others and
 * ruins some of the blocks around them, in any order among writes; the same goes for names until their folder is synced.
 */
export class SimulatedDisk implements JournalFiles {
  readonly random: () => number;
  readonly #honoursSync: boolean;
  fateOf: (path: string, write: Write) => WriteFate;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #owned = new Set<string>();
  /** Of the process that uses the disk; what an earlier one still has open hangs for ever. */
  #process = 0;
  #writesLeft = Number.POSITIVE_INFINITY;
  #stopped: () => void = () => {};

  constructor({ seed = 1, honoursSync = true, fateOf = () => 'success' }: SimulatedDiskOptions = {}) {
    this.random = seededRandom(seed);
    this.#honoursSync = honoursSync;
    this.fateOf = fateOf;
  }

  /** Resolves when the process was stopped in the middle of its `writes`th write from now. */
  stopAfter(writes: number): Promise<void> {
    this.#writesLeft = writes;
    return new Promise((resolve) => {
      this.#stopped = resolve;
    });
  }

  /** The process is gone, as by kill -9; what it wrote stays in the cache, a write under way in part. */
  kill(): void {
    this.#process++;
    this.#owned.clear();
    this.#writesLeft = Number.POSITIVE_INFINITY;
  }

  /** The process is gone, and so is whatever was not synced, or some of it. */
  losePower(): void {
    this.kill();
    const names = new Map(this.#durableNames);
    for (const path of new Set([...this.#names.keys(), ...this.#durableNames.keys()])) {
      const inode = this.#names.get(path);
      if (inode === this.#durableNames.get(path) || this.random() < 0.5) continue;
      if (inode === undefined) names.delete(path);
      else names.set(path, inode);
    }
    for (const inode of names.values()) this.#settle(inode);
    this.#names = names;
    this.#durableNames = new Map(names);
  }

  /** The bytes of a file, to look at or to damage. */
  bytesOf(path: string): Buffer {
    return this.#inode(path).cached;
  }

  get paths(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  async prepareFolder(): Promise<void> {}

  async own(folder: string): Promise<() => Promise<void>> {
    if (this.#owned.has(folder)) throw new JournalOwned(folder);
    this.#owned.add(folder);
    return async () => {
      this.#owned.delete(folder);
    };
  }

  async list(folder: string): Promise<readonly string[]> {
    return this.paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
  }

  async create(path: string): Promise<JournalFile> {
    if (this.#names.has(path)) throw new Error(`EEXIST: ${path}`);
    this.#names.set(path, { cached: Buffer.alloc(0), durable: Buffer.alloc(0), unsynced: [] });
    return this.open(path);
  }

  async open(path: string): Promise<JournalFile> {
    const inode = this.#inode(path);
    const owner = this.#process;
    return {
      path,
      size: async () => inode.cached.length,
      read: (target, position) => this.#read(owner, inode, target, position),
      writeDurably: (data, position) => this.#write(owner, path, inode, { position, data: Buffer.from(data) }),
      sync: async () => this.#sync(inode),
      close: async () => {},
    };
  }

  async remove(path: string): Promise<void> {
    this.#names.delete(path);
  }

  async syncFolder(): Promise<void> {
    if (this.#honoursSync) this.#durableNames = new Map(this.#names);
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw new Error(`ENOENT: ${path}`);
    return inode;
  }

  async #read(owner: number, inode: Inode, target: Uint8Array, position: number): Promise<number> {
    await this.#turn(owner);
    return inode.cached.copy(target, 0, position, Math.min(position + target.length, inode.cached.length));
  }

  async #write(owner: number, path: string, inode: Inode, write: Write): Promise<void> {
    await this.#turn(owner);
    if (--this.#writesLeft <= 0) {
      this.#cache(inode, { ...write, data: write.data.subarray(0, Math.floor(this.random() * write.data.length)) });
      this.#process++;
      this.#stopped();
    }
    await this.#turn(owner);
    const fate = this.fateOf(path, write);
    if (fate === 'part') for (const sector of sectorsOf(write)) if (this.random() < 0.5) this.#cache(inode, sector);
    if (fate === 'all' || fate === 'success') this.#cache(inode, write);
    if (fate !== 'success') throw Object.assign(new Error(`ENOSPC: ${path}`), { code: 'ENOSPC' });
    await this.#turn(owner);
    this.#syncRange(inode, write);
  }

  #cache(inode: Inode, write: Write): void {
    inode.cached = written(inode.cached, write);
    inode.unsynced.push(...sectorsOf(write));
  }

  /** A synced write takes nothing along that others wrote elsewhere in the file. */
  #syncRange(inode: Inode, write: Write): void {
    if (!this.#honoursSync) return;
    const end = write.position + write.data.length;
    inode.durable = written(inode.durable, write);
    inode.unsynced = inode.unsynced.filter(({ position }) => position < write.position || position >= end);
  }

  #sync(inode: Inode): void {
    if (!this.#honoursSync) return;
    for (const write of inode.unsynced) inode.durable = written(inode.durable, write);
    inode.unsynced = [];
  }

  #settle(inode: Inode): void {
    const blocks = new Set(inode.unsynced.map(({ position }) => Math.floor(position / blockBytes) * blockBytes));
    for (const sector of shuffled(inode.unsynced, this.random)) {
      if (this.random() < 0.5) inode.durable = written(inode.durable, sector);
    }
    for (const position of blocks) {
      if (this.random() >= ruinedShare || position >= inode.durable.length) continue;
      const data = Buffer.alloc(Math.min(blockBytes, inode.durable.length - position));
      seededFill(this.random)(data);
      inode.durable = written(inode.durable, { position, data });
    }
    inode.unsynced = [];
    inode.cached = Buffer.from(inode.durable);
  }

  /** Lets others go on; never returns to a process that is gone. */
  async #turn(owner: number): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (owner !== this.#process) await new Promise(() => {});
  }
}
