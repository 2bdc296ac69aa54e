import { type RangeFile, type SealFiles, type StoreFiles, writeAndSync } from '../../../shared/store/files.ts';
import { type SimulatedShare, systemError } from './share.ts';

/** How often things go wrong, as probabilities of one call. */
export interface Faults {
  /** A call fails and has done nothing (or, when it writes, half of it). */
  readonly errorBefore: number;
  /** A call fails although it was done: the answer was lost. */
  readonly errorAfter: number;
  /** A name can't be given, on top of what fails anyway: a quota of names, a server that forgot the temporary. Default: 0. */
  readonly linkError?: number;
  /** The process ends in the middle of a call. */
  readonly crash: number;
  /** A listing is as old as `staleListingMs`. */
  readonly staleListing: number;
  /** The process stands still before a call, as one that was suspended, for up to `longestPauseMs`. */
  readonly pause: number;
  readonly longestPauseMs: number;
}

export const noFaults: Faults = {
  errorBefore: 0,
  errorAfter: 0,
  crash: 0,
  staleListing: 0,
  pause: 0,
  longestPauseMs: 0,
};

const errorCodes = ['EIO', 'ENOSPC', 'ESTALE', 'EPERM', 'EACCES'] as const;

/** What a program sees of its own end: nothing after it happens any more. */
export class Crashed extends Error {
  readonly code = 'ECRASHED';
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

  async createExclusive(file: string, bytes: Uint8Array): Promise<void> {
    const made = await this.#call(file, () => this.#share.create(file));
    const written = {
      write: async (piece: Uint8Array, from: number, length: number, at: number) => {
        await this.#call(
          file,
          () => made.write(piece.subarray(from, from + length), at),
          () => made.write(piece.subarray(from, from + length / 2), at),
        );
        return { bytesWritten: length };
      },
      sync: () => this.#call(file, () => made.sync()),
      close: async () => {},
    };
    await writeAndSync(written, bytes);
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
    const { linkError = 0, errorBefore } = this.faults;
    return this.#call(to, () => this.#share.link(from, to), undefined, linkError + errorBefore);
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

  async #call<Result>(
    file: string,
    act: () => Result,
    actHalf: () => void = () => {},
    errorBefore = this.faults.errorBefore,
  ): Promise<Result> {
    const { scheduler } = this.#share;
    const { random } = scheduler;
    const { errorAfter, crash, pause, longestPauseMs } = this.faults;
    if (random.chance(pause)) await scheduler.sleep(random.below(longestPauseMs));
    await scheduler.turn();
    if (this.crashed) throw new Crashed(file);
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
