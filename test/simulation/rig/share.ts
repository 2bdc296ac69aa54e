import path from 'node:path';
import { Names } from './names.ts';
import type { Scheduler } from './scheduler.ts';

/** Listings this old were measured on a share. */
export const staleListingMs = 21_000;

/** As Node makes them, without a stack: thousands a history, and where they came from is in the message. */
export const systemError = (code: string, file: string): Error => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new Error(`${code}: ${file}`);
  Error.stackTraceLimit = stackTraceLimit;
  return Object.assign(error, { code });
};

/** What a name stands for; a hard link is a second name of the same. */
interface Inode {
  /** Undefined for a folder. */
  bytes: Uint8Array | undefined;
  /** So many bytes would survive a loss of power. */
  syncedBytes: number;
  modifiedAtMs: number;
}

interface Listing {
  readonly atMs: number;
  readonly names: readonly string[];
}

/**
 * A folder that several hosts share, as POSIX and NFS promise it and no better. A name, and that it is gone, survive a
 * loss of power only when its folder was synced after that; a file that was being written may be cut off.
 */
export class SimulatedShare {
  readonly scheduler: Scheduler;
  /** Told of each file that goes, while it is still there. */
  onUnlink: (file: string) => void = () => {};
  readonly #names = new Names<Inode>();
  /** What a loss of power would leave. */
  #durable = new Names<Inode>();
  /** Former listings, which a client may still hold. */
  readonly #listings = new Map<string, Listing[]>();
  /** When each name was given, by the hosts' clock and by the share's own. */
  readonly #namedAtMs = new Map<string, readonly [number, number]>();
  /** How far the share's own clock is from that of the hosts, in ms. */
  clockOffsetMs = 0;

  constructor(scheduler: Scheduler, store: string) {
    this.scheduler = scheduler;
    for (const folder of ['/', store])
      this.#names.set(folder, { bytes: undefined, syncedBytes: 0, modifiedAtMs: scheduler.nowMs });
    this.#durable = new Names(this.#names);
  }

  /** Now, by the share's own clock. */
  get nowMs(): number {
    return this.scheduler.nowMs + this.clockOffsetMs;
  }

  /** The server's power goes: each change that was not synced is lost, unless the seed says that it happened to be written. */
  losePower(): void {
    const { random } = this.scheduler;
    for (const name of new Set([...this.#names.keys(), ...this.#durable.keys()])) {
      const [now, durable] = [this.#names.get(name), this.#durable.get(name)];
      if (now === durable || random.chance(0.5)) continue;
      if (durable) this.#names.set(name, durable);
      else this.#names.delete(name);
    }
    for (const name of this.#names.keys()) if (!this.#isReachable(name)) this.#names.delete(name);
    for (const [, inode] of this.#names) this.#tear(inode);
    this.#durable = new Names(this.#names);
    this.#listings.clear();
  }

  /** Of what was not synced, any part may have been written. */
  #tear(inode: Inode): void {
    const unsynced = (inode.bytes?.length ?? 0) - inode.syncedBytes;
    if (!inode.bytes || unsynced === 0) return;
    inode.bytes = inode.bytes.subarray(0, inode.syncedBytes + this.scheduler.random.below(unsynced + 1));
    inode.syncedBytes = inode.bytes.length;
  }

  /** The files below a folder, with their bytes. */
  filesBelow(folder: string): ReadonlyMap<string, Uint8Array> {
    const found = new Map<string, Uint8Array>();
    for (const [name, { bytes }] of this.#names) if (bytes && name.startsWith(`${folder}/`)) found.set(name, bytes);
    return found;
  }

  bytesOf(file: string): Uint8Array {
    return this.#fileAt(file).bytes ?? new Uint8Array();
  }

  /** How long a file has had this name, by whichever clock says more: the share's may have been set in between. */
  nameAgeMs(file: string): number {
    const { nowMs } = this.scheduler;
    const [atMs, shareAtMs] = this.#namedAtMs.get(file) ?? [nowMs, this.nowMs];
    return Math.max(nowMs - atMs, this.nowMs - shareAtMs);
  }

  modifiedAtMs(file: string): number {
    return this.#fileAt(file).modifiedAtMs;
  }

  list(folder: string, mayBeStale: boolean): readonly string[] {
    if (!this.#names.has(folder)) throw systemError('ENOENT', folder);
    const { nowMs, random } = this.scheduler;
    const names = this.#names.childrenOf(folder).map((name) => path.basename(name));
    const former = (this.#listings.get(folder) ?? []).filter(({ atMs }) => atMs >= nowMs - staleListingMs);
    this.#listings.set(folder, [...former, { atMs: nowMs, names }]);
    return mayBeStale && former.length > 0 ? random.pick(former).names : names;
  }

  /** Makes an empty file. @returns what writes to it, under whatever name it has */
  create(file: string): { write(bytes: Uint8Array, at: number): void; sync(): void } {
    const inode: Inode = { bytes: new Uint8Array(), syncedBytes: 0, modifiedAtMs: this.nowMs };
    this.#add(file, inode);
    return {
      write: (bytes, at) => {
        inode.bytes = Buffer.concat([inode.bytes?.subarray(0, at) ?? new Uint8Array(), bytes]);
        inode.modifiedAtMs = this.nowMs;
      },
      sync: () => {
        inode.syncedBytes = inode.bytes?.length ?? 0;
      },
    };
  }

  link(from: string, to: string): void {
    this.#add(to, this.#fileAt(from));
  }

  rename(from: string, to: string): void {
    const inode = this.#fileAt(from);
    this.#names.delete(from);
    this.#give(to, inode);
  }

  unlink(file: string): void {
    this.#fileAt(file);
    this.onUnlink(file);
    this.#names.delete(file);
  }

  makeFolder(folder: string): void {
    if (this.#names.has(folder)) return;
    this.#add(folder, { bytes: undefined, syncedBytes: 0, modifiedAtMs: this.nowMs });
  }

  removeFolder(folder: string): void {
    if (!this.#names.has(folder)) throw systemError('ENOENT', folder);
    if (this.#names.childrenOf(folder).length > 0) throw systemError('ENOTEMPTY', folder);
    this.#names.delete(folder);
  }

  syncFolder(folder: string): void {
    if (!this.#names.has(folder)) throw systemError('ENOENT', folder);
    for (const name of new Set([...this.#names.childrenOf(folder), ...this.#durable.childrenOf(folder)])) {
      const inode = this.#names.get(name);
      if (inode) this.#durable.set(name, inode);
      else this.#durable.delete(name);
    }
  }

  #isReachable(name: string): boolean {
    for (let above = name; above !== '/'; above = path.dirname(above)) if (!this.#names.has(above)) return false;
    return true;
  }

  #fileAt(file: string): Inode {
    const inode = this.#names.get(file);
    if (!inode?.bytes) throw systemError('ENOENT', file);
    return inode;
  }

  #add(name: string, inode: Inode): void {
    if (this.#names.has(name)) throw systemError('EEXIST', name);
    if (!this.#names.has(path.dirname(name))) throw systemError('ENOENT', name);
    this.#give(name, inode);
  }

  #give(name: string, inode: Inode): void {
    this.#names.set(name, inode);
    this.#namedAtMs.set(name, [this.scheduler.nowMs, this.nowMs]);
  }
}
