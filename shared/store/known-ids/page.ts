import { crc32 } from 'node:zlib';
import { RunDamaged } from '../../domain/errors.ts';
import { bodyBytes, pageBytes } from './layout.ts';
import { runIdOf } from './run.ts';

const pageNumber = Buffer.alloc(4);

/**
 * The checksums of one run's pages: CRC-32 (zlib's) over run id, page number and the page. A page that lies in another
 * place or another file than it was written for is as wrong as one with a flipped bit.
 */
export class PageChecksum {
  readonly #path: string;
  readonly #seed: number;

  /** @param run the run's path; its name is the run's id. */
  constructor(run: string) {
    this.#path = run;
    this.#seed = crc32(runIdOf(run));
  }

  #of(file: Buffer, at: number, page: number): number {
    pageNumber.writeUInt32LE(page);
    return crc32(file.subarray(at, at + bodyBytes), crc32(pageNumber, this.#seed));
  }

  /** Completes the page that begins at `at`. */
  seal(bytes: Buffer, at: number, page: number): void {
    bytes.writeUInt32LE(this.#of(bytes, at, page), at + bodyBytes);
  }

  /** @throws RunDamaged when the page that begins at `at` is not the one that was written, or not there. */
  check(bytes: Buffer, at: number, page: number): void {
    if (bytes.length < at + pageBytes) throw new RunDamaged(this.#path, page, 'the file ends before it');
    if (bytes.readUInt32LE(at + bodyBytes) !== this.#of(bytes, at, page)) {
      throw new RunDamaged(this.#path, page, 'its checksum is wrong');
    }
  }
}
