import path from 'node:path';
import type { RangeFile, SealFiles, StoreFiles } from '../../../shared/store/files.ts';
import type { Scheduler } from './scheduler.ts';

/** How often things go wrong, as probabilities of one call. */
export interface Faults {
  /** A call fails and has done nothing (or, when it writes, half of it). */
  readonly errorBefore: number;
  /** A call fails although it was done: the answer was lost. */
  readonly errorAfter: number;
  /** The process ends in the middle of a call. */
  readonly crash: number;
  /** A listing is as old as `staleListingMs`. */
  readonly staleListing: number;
}

export const noFaults: Faults = { errorBefore: 0, errorAfter: 0, crash: 0, staleListing: 0 };

/** Listings this old were measured on a share. */
const staleListingMs = 21_000;

const errorCodes = ['EIO', 'ENOSPC', 'ESTALE', 'EPERM', 'EACCES'] as const;

/** What a program sees of its own end: nothing after it happens any more. */
export class Crashed extends Error {
  readonly code = 'ECRASHED';
}

const systemError = (code: string, file: string): Error => Object.assign(new Error(`${code}: ${file}`), { code });

/** What a name stands for; a hard link is a second name of the same. */
interface Inode {
  /** Undefined for a folder. */
  bytes: Uint8Array | undefined;
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
  readonly #names = new Map<string, Inode>();
  /** What a loss of power would leave. */
  #durable = new Map<string, Inode>();
  /** Former listings, which a client may still hold. */
  readonly #listings = new Map<string, Listing[]>();

  constructor(scheduler: Scheduler, store: string) {
    this.scheduler = scheduler;
    for (const folder of ['/', store]) this.#names.set(folder, { bytes: undefined, modifiedAtMs: scheduler.nowMs });
    this.#durable = new Map(this.#names);
  }

  /** A process on some host, with its own faults; when it crashes, its calls all fail. */
  mount(faults: Faults): SimulatedMount {
    return new SimulatedMount(this, faults);
  }

  /** The server's power goes: each change that was not synced is lost, unless the seed says that it happened to be written. */
  losePower(): void {
    const { random } = this.scheduler;
    const names = new Set([...this.#names.keys(), ...this.#durable.keys()]);
    for (const name of names) {
      const [now, durable] = [this.#names.get(name), this.#durable.get(name)];
      if (now === durable || random.chance(0.5)) continue;
      if (durable) this.#names.set(name, durable);
      else this.#names.delete(name);
    }
    for (const name of this.#names.keys()) if (!this.#isReachable(name)) this.#names.delete(name);
    this.#durable = new Map(this.#names);
    this.#listings.clear();
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

  modifiedAtMs(file: string): number {
    return this.#fileAt(file).modifiedAtMs;
  }

  list(folder: string, mayBeStale: boolean): readonly string[] {
    if (!this.#names.has(folder)) throw systemError('ENOENT', folder);
    const { nowMs, random } = this.scheduler;
    const names = [...this.#names.keys()]
      .filter((name) => path.dirname(name) === folder)
      .map((name) => path.basename(name));
    const former = (this.#listings.get(folder) ?? []).filter(({ atMs }) => atMs >= nowMs - staleListingMs);
    this.#listings.set(folder, [...former, { atMs: nowMs, names }]);
    return mayBeStale && former.length > 0 ? random.pick(former).names : names;
  }

  create(file: string, bytes: Uint8Array): void {
    this.#add(file, { bytes, modifiedAtMs: this.scheduler.nowMs });
  }

  link(from: string, to: string): void {
    this.#add(to, this.#fileAt(from));
  }

  rename(from: string, to: string): void {
    const inode = this.#fileAt(from);
    this.#names.delete(from);
    this.#names.set(to, inode);
  }

  unlink(file: string): void {
    this.#fileAt(file);
    this.onUnlink(file);
    this.#names.delete(file);
  }

  makeFolder(folder: string): void {
    if (this.#names.has(folder)) return;
    this.#add(folder, { bytes: undefined, modifiedAtMs: this.scheduler.nowMs });
  }

  removeFolder(folder: string): void {
    if (!this.#names.has(folder)) throw systemError('ENOENT', folder);
    if ([...this.#names.keys()].some((name) => path.dirname(name) === folder)) throw systemError('ENOTEMPTY', folder);
    this.#names.delete(folder);
  }

  syncFolder(folder: string): void {
    if (!this.#names.has(folder)) throw systemError('ENOENT', folder);
    for (const name of new Set([...this.#names.keys(), ...this.#durable.keys()])) {
      if (path.dirname(name) !== folder) continue;
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
    this.#names.set(name, inode);
  }
}

/** The share as one process sees it. */
export class SimulatedMount implements StoreFiles, SealFiles {
  faults: Faults;
  crashed = false;
  readonly #share: SimulatedShare;

  constructor(share: SimulatedShare, faults: Faults) {
    this.#share = share;
    this.faults = faults;
  }

  read(file: string): Promise<Uint8Array> {
    return this.#call(file, () => this.#share.bytesOf(file));
  }

  list(folder: string): Promise<readonly string[]> {
    const { random } = this.#share.scheduler;
    return this.#call(folder, () => this.#share.list(folder, random.chance(this.faults.staleListing)));
  }

  createExclusive(file: string, bytes: Uint8Array): Promise<void> {
    return this.#call(
      file,
      () => this.#share.create(file, bytes),
      () => this.#share.create(file, bytes.subarray(0, bytes.length / 2)),
    );
  }

  async createExclusiveFrom(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const written: Uint8Array[] = [];
    for await (const piece of pieces) written.push(Uint8Array.from(piece));
    await this.createExclusive(file, Buffer.concat(written));
  }

  /** An open file stays readable when its name goes, as on a local disk; on NFS it may go stale, which faults bring about. */
  async openRanges(file: string): Promise<RangeFile> {
    const bytes = await this.#call(file, () => this.#share.bytesOf(file));
    return {
      bytes: bytes.length,
      read: (offset, length) =>
        this.#call(file, () => Buffer.from(bytes.subarray(offset, Math.min(bytes.length, offset + length)))),
      close: async () => {},
    };
  }

  link(from: string, to: string): Promise<void> {
    return this.#call(to, () => this.#share.link(from, to));
  }

  unlink(file: string): Promise<void> {
    return this.#call(file, () => this.#share.unlink(file));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call(to, () => this.#share.rename(from, to));
  }

  makeFolder(folder: string): Promise<void> {
    return this.#call(folder, () => this.#share.makeFolder(folder));
  }

  removeFolder(folder: string): Promise<void> {
    return this.#call(folder, () => this.#share.removeFolder(folder));
  }

  syncFolder(folder: string): Promise<void> {
    return this.#call(folder, () => this.#share.syncFolder(folder));
  }

  modifiedAtMs(file: string): Promise<number> {
    return this.#call(file, () => this.#share.modifiedAtMs(file));
  }

  freeBytes(): Promise<number> {
    return Promise.resolve(Number.MAX_SAFE_INTEGER);
  }

  async #call<Result>(file: string, act: () => Result, actHalf: () => void = () => {}): Promise<Result> {
    const { scheduler } = this.#share;
    await scheduler.turn();
    if (this.crashed) throw new Crashed(file);
    const { random } = scheduler;
    const { errorBefore, errorAfter, crash } = this.faults;
    if (random.chance(crash)) {
      this.crashed = true;
      if (random.chance(0.5)) act();
      else this.#quietly(actHalf);
      throw new Crashed(file);
    }
    if (random.chance(errorBefore)) {
      this.#quietly(actHalf);
      throw systemError(random.pick(errorCodes), file);
    }
    const result = act();
    if (random.chance(errorAfter)) throw systemError(random.pick(errorCodes), file);
    return result;
  }

  /** Half a write of what can't be written at all is nothing. */
  #quietly(act: () => void): void {
    try {
      act();
    } catch {
      // The caller is told of another error anyway.
    }
  }
}
