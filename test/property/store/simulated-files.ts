import path from 'node:path';
import type { RangeFile, SealFiles } from '../../../shared/store/files.ts';

/** What goes wrong at a call: it fails undone, it fails although done, or the process ends in the middle of it. */
export interface Fault {
  /** The number of the call, from 0. */
  readonly call: number;
  readonly kind: 'error-before' | 'error-after' | 'crash';
  readonly code: string;
}

interface Entry {
  /** Undefined for a folder. */
  readonly bytes: Uint8Array | undefined;
  readonly modifiedAtMs: number;
  /** True once its folder was synced with this name in it. */
  durable: boolean;
  /** Bytes that survive a loss of power; all of them where undefined. A link to the file shares it. */
  readonly synced?: { bytes: number };
}

const systemError = (code: string, file: string): Error => Object.assign(new Error(`${code}: ${file}`), { code });

/**
 * A disk as POSIX promises it and no better: a name survives a loss of power only when its folder was synced after it
 * was made, and a file that was being written may be cut off.
 */
export class SimulatedFiles implements SealFiles {
  nowMs = 1_000_000_000_000;
  fault: Fault | undefined;
  /** Calls since the process started, as `verb path`. */
  calls: string[] = [];
  /** Files that are open for reading. */
  openFiles = 0;
  #crashed = false;
  readonly #entries = new Map<string, Entry>();

  constructor(store: string) {
    this.#entries.set('/', { bytes: undefined, modifiedAtMs: this.nowMs, durable: true });
    this.#entries.set(store, { bytes: undefined, modifiedAtMs: this.nowMs, durable: true });
  }

  /** Another disk that holds the same. */
  clone(): SimulatedFiles {
    const copy = new SimulatedFiles('/');
    for (const [name, entry] of this.#entries) copy.#entries.set(name, { ...entry });
    copy.nowMs = this.nowMs;
    return copy;
  }

  /** Another process goes on with the disk as the last one left it. */
  restart(): void {
    this.#crashed = false;
    this.fault = undefined;
    this.calls = [];
  }

  /** Names that were not synced vanish, unless `keeps` says that the disk happened to write them; with a folder goes all that is in it. */
  losePower(keeps: (name: string) => boolean = () => false): void {
    this.restart();
    for (const [name, entry] of this.#entries) if (!(entry.durable || keeps(name))) this.#entries.delete(name);
    for (const name of this.#entries.keys()) if (!this.#isReachable(name)) this.#entries.delete(name);
    for (const [name, entry] of this.#entries) {
      if (entry.synced) this.#entries.set(name, { ...entry, bytes: entry.bytes?.subarray(0, entry.synced.bytes) });
    }
  }

  /** The files below a folder, with their bytes. */
  filesBelow(folder: string): ReadonlyMap<string, Uint8Array> {
    const found = new Map<string, Uint8Array>();
    for (const [name, { bytes }] of this.#entries) if (bytes && name.startsWith(`${folder}/`)) found.set(name, bytes);
    return found;
  }

  read(file: string): Promise<Uint8Array> {
    return this.#call('read', file, () => this.#fileAt(file).bytes ?? new Uint8Array());
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#call('list', folder, () =>
      [...this.#entries.keys()].filter((name) => path.dirname(name) === folder).map((name) => path.basename(name)),
    );
  }

  createExclusive(file: string, bytes: Uint8Array): Promise<void> {
    const create = (written: Uint8Array): void => this.#add(file, written);
    return this.#call(
      'createExclusive',
      file,
      () => create(bytes),
      () => create(bytes.subarray(0, bytes.length / 2)),
    );
  }

  async createExclusiveFrom(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const synced = { bytes: 0 };
    await this.#call('createExclusiveFrom', file, () => this.#add(file, new Uint8Array(), synced));
    for await (const piece of pieces) {
      const append = (written: Uint8Array): void => {
        const entry = this.#fileAt(file);
        this.#entries.set(file, { ...entry, bytes: Buffer.concat([entry.bytes ?? new Uint8Array(), written]) });
      };
      await this.#call(
        'append',
        file,
        () => append(piece),
        () => append(piece.subarray(0, piece.length / 2)),
      );
    }
    await this.#call('sync', file, () => {
      synced.bytes = this.#fileAt(file).bytes?.length ?? 0;
    });
  }

  async openRanges(file: string): Promise<RangeFile> {
    const bytes = await this.#call('openRanges', file, () => Buffer.from(this.#fileAt(file).bytes ?? new Uint8Array()));
    this.openFiles++;
    return {
      bytes: bytes.length,
      read: (offset, length) => this.#call('readRange', file, () => bytes.subarray(offset, offset + length)),
      close: () => {
        this.openFiles--;
        return Promise.resolve();
      },
    };
  }

  link(from: string, to: string): Promise<void> {
    return this.#call('link', to, () => {
      const { bytes, synced } = this.#fileAt(from);
      this.#add(to, bytes, synced);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call('rename', to, () => {
      const entry = this.#fileAt(from);
      this.#entries.delete(from);
      this.#entries.set(to, { ...entry, durable: false });
    });
  }

  unlink(file: string): Promise<void> {
    return this.#call('unlink', file, () => {
      this.#fileAt(file);
      this.#entries.delete(file);
    });
  }

  makeFolder(folder: string): Promise<void> {
    return this.#call('makeFolder', folder, () => {
      if (this.#entries.has(folder)) return;
      if (!this.#entries.has(path.dirname(folder))) throw systemError('ENOENT', folder);
      this.#entries.set(folder, { bytes: undefined, modifiedAtMs: this.nowMs, durable: false });
    });
  }

  removeFolder(folder: string): Promise<void> {
    return this.#call('removeFolder', folder, () => {
      if (!this.#entries.has(folder)) throw systemError('ENOENT', folder);
      for (const name of this.#entries.keys())
        if (path.dirname(name) === folder) throw systemError('ENOTEMPTY', folder);
      this.#entries.delete(folder);
    });
  }

  syncFolder(folder: string): Promise<void> {
    return this.#call('syncFolder', folder, () => {
      if (!this.#entries.has(folder)) throw systemError('ENOENT', folder);
      for (const [name, entry] of this.#entries) if (path.dirname(name) === folder) entry.durable = true;
    });
  }

  modifiedAtMs(file: string): Promise<number> {
    return this.#call('modifiedAtMs', file, () => this.#fileAt(file).modifiedAtMs);
  }

  /** Puts a file there as if another process had. */
  put(file: string, bytes: Uint8Array): void {
    this.#entries.set(file, { bytes, modifiedAtMs: this.nowMs, durable: true });
  }

  #isReachable(name: string): boolean {
    for (let above = name; above !== '/'; above = path.dirname(above)) if (!this.#entries.has(above)) return false;
    return true;
  }

  #fileAt(file: string): Entry {
    const entry = this.#entries.get(file);
    if (!entry?.bytes) throw systemError('ENOENT', file);
    return entry;
  }

  #add(file: string, bytes: Uint8Array | undefined, synced?: { bytes: number }): void {
    if (this.#entries.has(file)) throw systemError('EEXIST', file);
    if (!this.#entries.has(path.dirname(file))) throw systemError('ENOENT', file);
    this.#entries.set(file, { bytes, modifiedAtMs: this.nowMs, durable: false, ...(synced ? { synced } : {}) });
  }

  async #call<Result>(verb: string, file: string, act: () => Result, actHalf: () => void = () => {}): Promise<Result> {
    // Others run in between, as they do between real calls.
    await Promise.resolve();
    if (this.#crashed) throw systemError('ECRASHED', file);
    const fault = this.fault?.call === this.calls.length ? this.fault : undefined;
    this.calls.push(`${verb} ${file}`);
    switch (fault?.kind) {
      case 'crash':
        this.#crashed = true;
        actHalf();
        throw systemError('ECRASHED', file);
      case 'error-before':
        actHalf();
        throw systemError(fault.code, file);
      case 'error-after':
        act();
        throw systemError(fault.code, file);
      default:
        return act();
    }
  }
}
