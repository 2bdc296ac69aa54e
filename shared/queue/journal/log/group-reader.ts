import type { JournalFile } from '../files.ts';
import { belongsTo, type GroupHeader, type GroupPlace, isIntact, readGroupHeader } from '../format/group.ts';
import { blockBytes, groupHeaderBytes } from '../format/layout.ts';

const windowBytes = 4 * 1024 * 1024;

export interface ReadGroup {
  readonly header: GroupHeader;
  /** Header and records; valid until the next read. */
  readonly bytes: Buffer;
}

/** Reads the groups of one file through a window, so that replay needs little memory however large the files are. */
export class GroupReader {
  readonly #file: JournalFile;
  readonly #fileBytes: number;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;

  constructor(file: JournalFile, fileBytes: number) {
    this.#file = file;
    this.#fileBytes = fileBytes;
  }

  /** The intact group at `offset`, or undefined. Without `place`, one of any segment. */
  async groupAt(offset: number, place?: GroupPlace): Promise<ReadGroup | undefined> {
    const header = readGroupHeader(await this.#bytesAt(offset, groupHeaderBytes));
    if (header === undefined || offset + header.bytes > this.#fileBytes) return undefined;
    if (place !== undefined && !belongsTo(header, place)) return undefined;
    const bytes = await this.#bytesAt(offset, header.bytes);
    return isIntact(bytes, header) ? { header, bytes } : undefined;
  }

  /** Offset of the first intact group at or after `offset` whose sequence number is above `sequence`, or undefined. */
  async findAfter(offset: number, sequence: number, place?: GroupPlace): Promise<number | undefined> {
    for (let at = offset; at < this.#fileBytes; at += blockBytes) {
      const group = await this.groupAt(at, place);
      if (group !== undefined && group.header.sequence > sequence) return at;
    }
    return undefined;
  }

  async #bytesAt(offset: number, length: number): Promise<Buffer> {
    const end = this.#windowStart + this.#window.length;
    if (offset < this.#windowStart || offset + length > end) {
      const target = Buffer.alloc(Math.min(Math.max(windowBytes, length), this.#fileBytes - offset));
      const count = await this.#file.read(target, offset);
      this.#window = target.subarray(0, count);
      this.#windowStart = offset;
    }
    const start = offset - this.#windowStart;
    return this.#window.subarray(start, start + length);
  }
}
