import path from 'node:path';
import type { Clock } from '../../../ports/clock.ts';
import type { Logger } from '../../../telemetry/log.ts';
import type { JournalFile, JournalFiles } from '../files.ts';
import { blockBytes } from '../format/layout.ts';
import type { SpareFile } from './segment.ts';

export interface SparesOptions {
  readonly files: JournalFiles;
  readonly folder: string;
  readonly segmentBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** False when one more file would take more disk than the journal may. */
  readonly mayGrow: () => boolean;
  /** Number for the name of the next file. */
  readonly nextFile: number;
}

/** Kept ready: one to roll into, and one more, so that deletes can be written when the disk is full. */
const wantedSpares = 2;
/** Recycled files kept at most: a backlog that was worked off gives its disk back. */
const mostSpares = 4;
/** Filled in small durable steps with pauses, so that the journal's own flushes never queue behind megabytes of zeros. */
const stepBytes = 64 * blockBytes;
const pauseMs = 2;

/** The preallocated files that the log rolls into. */
export class Spares {
  readonly #options: SparesOptions;
  readonly #ready: SpareFile[] = [];
  #nextFile: number;
  #filling: Promise<void> | undefined;
  #hurry = new AbortController();
  #closed = false;
  /** Why the last file could not be made; undefined when it could. */
  failure: unknown;

  constructor(options: SparesOptions) {
    this.#options = options;
    this.#nextFile = options.nextFile;
  }

  get count(): number {
    return this.#ready.length;
  }

  get diskBytes(): number {
    return this.#ready.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Takes a file that the log no longer needs; one too many, or of another size, is removed. */
  async recycle(spare: SpareFile): Promise<void> {
    if (spare.bytes === this.#options.segmentBytes && this.#ready.length < mostSpares) {
      this.#ready.push(spare);
      return;
    }
    await spare.file.close();
    await this.#options.files.remove(spare.file.path);
  }

  /**
   * Hands out a file, leaving `leave` behind; makes one when there are too few.
   * @throws the error of the file system, or one that says that the disk's share is used up.
   */
  async take(leave: number): Promise<SpareFile> {
    for (;;) {
      const spare = this.#ready.length > leave ? this.#ready.shift() : undefined;
      if (spare !== undefined) return spare;
      if (this.#filling === undefined && !this.#options.mayGrow()) {
        throw new Error('The queue has used up the disk that it may take.');
      }
      this.#hurry.abort();
      await this.#start();
      if (this.failure !== undefined && this.#ready.length <= leave) throw this.failure;
    }
  }

  /** Prepares files in the background until there are enough. */
  replenish(): void {
    if (this.#closed || this.#filling !== undefined || this.#ready.length >= wantedSpares) return;
    if (!this.#options.mayGrow()) return;
    void this.#start().then(() => {
      if (this.failure === undefined) this.replenish();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#hurry.abort();
    await this.#filling;
    for (const { file } of this.#ready) await file.close();
  }

  /** Never rejects; what went wrong is in {@link failure}. */
  #start(): Promise<void> {
    this.#filling ??= this.#prepare().finally(() => {
      this.#filling = undefined;
      this.#hurry = new AbortController();
    });
    return this.#filling;
  }

  async #prepare(): Promise<void> {
    const { files, folder, logger } = this.#options;
    const filePath = path.join(folder, `${String(this.#nextFile++).padStart(8, '0')}.journal`);
    try {
      const file = await files.create(filePath);
      const whole = await this.#fill(file).catch(async (error: unknown) => {
        await file.close();
        throw error;
      });
      if (!whole) await file.close();
      else {
        await files.syncFolder(folder);
        this.#ready.push({ file, bytes: this.#options.segmentBytes });
      }
      if (!whole) await files.remove(filePath);
      this.failure = undefined;
    } catch (error) {
      if (this.failure === undefined) logger.warn('no journal file could be prepared', { path: filePath, error });
      this.failure = error;
      await files.remove(filePath).catch(() => {});
    }
  }

  /** Resolves to false when the journal was closed meanwhile. */
  async #fill(file: JournalFile): Promise<boolean> {
    const { segmentBytes, clock } = this.#options;
    const zeros = Buffer.alloc(Math.min(stepBytes, segmentBytes));
    for (let position = 0; position < segmentBytes; position += zeros.length) {
      if (this.#closed) return false;
      const step = zeros.subarray(0, Math.min(zeros.length, segmentBytes - position));
      await file.writeDurably(step, position, { inBackground: true });
      if (!this.#hurry.signal.aborted) await clock.sleep(pauseMs, this.#hurry.signal);
    }
    await file.sync();
    return true;
  }
}
