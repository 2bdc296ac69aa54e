import { formatFooter, formatHeader } from './ends.ts';
import { addToFilter } from './filter.ts';
import {
  bodyBytes,
  guideEntryBytes,
  guidesPerSection,
  keysPerFence,
  layoutOf,
  pageBytes,
  pagesPerGuide,
  recordsPerPage,
} from './layout.ts';
import { PageChecksum } from './page.ts';
import { compareKeys, contentBytes, copyBytes, keyBytes, recordBytes, writeOffset } from './record.ts';
import { runPath } from './run.ts';

const newPages = (count: number): Buffer => Buffer.alloc(count * pageBytes);

/**
 * Lays out a run page by page while its records come in, in the order of their keys. It holds one section's guides and
 * the first key of each guide: 5.3 MB at a billion ids.
 */
export class RunBuilder {
  readonly #checksum: PageChecksum;
  #ready: Buffer[] = [];
  #nextPage = 0;
  /** The data pages of one guide. */
  #data = newPages(pagesPerGuide);
  /** Records in `#data`. */
  #records = 0;
  /** The section's guides so far. */
  #guides: Buffer[] = [];
  /** First keys of all guides, one after another. */
  #fenceKeys = Buffer.alloc(64 * keyBytes);
  #fenceCount = 0;
  #entries = 0;
  readonly #firstKey = Buffer.alloc(keyBytes);
  /** Where the last record lies. */
  #last = this.#data;
  #lastAt = 0;

  constructor(runId: string) {
    this.#checksum = new PageChecksum(runPath(runId));
    this.#emit(formatHeader());
  }

  get entries(): number {
    return this.#entries;
  }

  /**
   * Adds the record at `at`, with an offset of its own.
   * @throws RangeError when its key is not greater than the one before.
   */
  add(record: Buffer, at: number, offset: number): void {
    if (this.#entries === 0) record.copy(this.#firstKey, 0, at, at + keyBytes);
    else if (compareKeys(this.#last, this.#lastAt, record, at) >= 0) {
      throw new RangeError('The ids of a run must come in ascending order of their keys, each once.');
    }
    const page = Math.floor(this.#records / recordsPerPage);
    const target = page * pageBytes + (this.#records % recordsPerPage) * recordBytes;
    copyBytes(record, at, this.#data, target, keyBytes + contentBytes);
    writeOffset(this.#data, target, offset);
    [this.#last, this.#lastAt] = [this.#data, target];
    this.#entries++;
    if (++this.#records === pagesPerGuide * recordsPerPage) this.#closeGuide();
  }

  /** The pages that are complete since the last call. */
  *take(): Generator<Buffer> {
    const ready = this.#ready;
    this.#ready = [];
    yield* ready;
  }

  /** Completes the run; what is left of it is in {@link take}. @throws RangeError when it has no ids. */
  finish(): void {
    if (this.#entries === 0) throw new RangeError('A run needs at least one id.');
    if (this.#records > 0) this.#closeGuide();
    this.#closeSection();
    this.#emitFences();
    const lastKey = this.#last.subarray(this.#lastAt, this.#lastAt + keyBytes);
    this.#emit(formatFooter({ entries: this.#entries, firstKey: this.#firstKey, lastKey }));
  }

  /** Completes data pages and describes them in a guide. */
  #closeGuide(): void {
    const pages = Math.ceil(this.#records / recordsPerPage);
    const guide = newPages(1);
    for (let page = 0; page < pages; page++) {
      const entryAt = page * guideEntryBytes;
      this.#data.copy(guide, entryAt, page * pageBytes, page * pageBytes + keyBytes);
      const records = Math.min(recordsPerPage, this.#records - page * recordsPerPage);
      for (let record = 0; record < records; record++) {
        addToFilter(guide, entryAt + keyBytes, this.#data, page * pageBytes + record * recordBytes);
      }
    }
    this.#addFence(guide);
    this.#emit(this.#data.subarray(0, pages * pageBytes));
    this.#data = newPages(pagesPerGuide);
    this.#records = 0;
    this.#guides.push(guide);
    if (this.#guides.length === guidesPerSection) this.#closeSection();
  }

  #addFence(guide: Buffer): void {
    if ((this.#fenceCount + 1) * keyBytes > this.#fenceKeys.length) {
      this.#fenceKeys = Buffer.concat([this.#fenceKeys], this.#fenceKeys.length * 2);
    }
    guide.copy(this.#fenceKeys, this.#fenceCount++ * keyBytes, 0, keyBytes);
  }

  #closeSection(): void {
    if (this.#guides.length > 0) this.#emit(Buffer.concat(this.#guides));
    this.#guides = [];
  }

  #emitFences(): void {
    let keys = this.#fenceKeys.subarray(0, this.#fenceCount * keyBytes);
    for (const { pages } of layoutOf(this.#entries).fences) {
      const level = newPages(pages);
      const above = Buffer.alloc(pages * keyBytes);
      for (let page = 0; page < pages; page++) {
        const from = page * keysPerFence * keyBytes;
        keys.copy(level, page * pageBytes, from, from + keysPerFence * keyBytes);
        keys.copy(above, page * keyBytes, from, from + keyBytes);
      }
      this.#emit(level);
      keys = above;
    }
  }

  #emit(pages: Buffer): void {
    for (let at = 0; at < pages.length; at += pageBytes) this.#checksum.seal(pages, at, this.#nextPage++);
    this.#ready.push(pages);
  }
}

// A fence's keys and a guide's entries leave room for the checksum.
if (keysPerFence * keyBytes > bodyBytes || pagesPerGuide * guideEntryBytes > bodyBytes) {
  throw new RangeError('A page is too small for what it holds.');
}
