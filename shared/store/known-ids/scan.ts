import path from 'node:path';
import type { RangeFile, RangeReading } from '../files.ts';
import { dataPageAt, layoutOf, pageBytes, pagesPerGuide, type RunLayout, recordsOfPage } from './layout.ts';
import { PageChecksum } from './page.ts';
import { keyHead, readOffset, recordBytes } from './record.ts';
import type { RunRef } from './run.ts';

/** Goes through the records of a run in the order of their keys, one guide's data pages at a time (112 KiB). */
export class RunScan {
  readonly run: RunRef;
  readonly #file: RangeFile;
  readonly #layout: RunLayout;
  readonly #checksum: PageChecksum;
  #pages: Buffer = Buffer.alloc(0);
  /** Pages of data that were read, and the page of `#pages` and its record that are next. */
  #readPages = 0;
  #page = 0;
  #record = 0;
  #recordsInPage = 0;
  #at = 0;
  #head = 0;

  private constructor(run: RunRef, file: RangeFile) {
    this.run = run;
    this.#file = file;
    this.#layout = layoutOf(run.entries);
    this.#checksum = new PageChecksum(run.path);
  }

  /** Opens the run and stands at its first record. Whoever opens closes. @throws RunDamaged, and the system's errors. */
  static async open(files: RangeReading, store: string, run: RunRef): Promise<RunScan> {
    const scan = new RunScan(run, await files.openRanges(path.join(store, run.path)));
    try {
      await scan.fill();
      return scan;
    } catch (error) {
      await scan.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** The bytes in which the record lies where the scan stands. */
  get bytes(): Buffer {
    return this.#pages;
  }

  /** Where in `bytes` it begins. */
  get at(): number {
    return this.#at;
  }

  /** `keyHead` of the record's key. */
  get head(): number {
    return this.#head;
  }

  position(): number {
    return this.run.basePosition + readOffset(this.#pages, this.at);
  }

  /** Goes to the next record. False when it is not in memory: {@link fill} then tells whether there is one. */
  advance(): boolean {
    if (++this.#record < this.#recordsInPage) return this.#stand();
    this.#record = 0;
    this.#page++;
    return this.#enterPage();
  }

  /** Reads on. False when the run has no more records. @throws RunDamaged, and the system's errors. */
  async fill(): Promise<boolean> {
    const first = this.#readPages;
    const count = Math.min(pagesPerGuide, this.#layout.dataPages - first);
    if (count <= 0) return false;
    // The data pages of one guide lie side by side.
    const page = dataPageAt(first);
    this.#pages = await this.#file.read(page * pageBytes, count * pageBytes);
    for (let index = 0; index < count; index++) this.#checksum.check(this.#pages, index * pageBytes, page + index);
    this.#readPages += count;
    [this.#page, this.#record] = [0, 0];
    return this.#enterPage();
  }

  #enterPage(): boolean {
    if (this.#page * pageBytes >= this.#pages.length) return false;
    const firstRead = this.#readPages - this.#pages.length / pageBytes;
    this.#recordsInPage = recordsOfPage(this.#layout, firstRead + this.#page);
    return this.#stand();
  }

  #stand(): true {
    this.#at = this.#page * pageBytes + this.#record * recordBytes;
    this.#head = keyHead(this.#pages, this.#at);
    return true;
  }
}
