import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { SpanDamaged } from '../../domain/errors.ts';
import { type Span, spanPath } from './layout.ts';

/** A consultation of a span. */
export interface SpanEntry {
  readonly key: number;
  /** Bit i: it has events in the i-th child. Of a leaf bit 0, since that has none. */
  readonly bits: number;
}

export const pageBytes = 4_096;
const keyBytes = 6;
const entryBytes = 8;
export const entriesPerPage = 511;
const blindAt = entriesPerPage * entryBytes;
const marksAt = blindAt + 2;
const checksumAt = pageBytes - 4;

/** The upper byte of the marks; the lower one is 1 on the last page. */
const version = 1;

/** What stands where a page has no entry; no key is as high. */
const noKey = 2 ** 48 - 1;

const keyFormat = 'fi-events/consultation/1';

/**
 * What a consultation is known by in spans: the first 48 bits of SHA-256. Two that share them cost a look into parts for nothing:
 * one in 280 billion for each consultation of a span.
 */
export const consultationKey = (consultationId: string): number => {
  const bytes = hash('sha256', `${keyFormat}\n${consultationId}`, 'buffer');
  return Math.min(bytes.readUIntBE(0, keyBytes), noKey - 1);
};

/** Which page of so many a key is on, give or take one: keys are spread evenly. */
export const pageOfKey = (key: number, pages: number): number => Math.floor((key / 2 ** 48) * pages);

/** Of span, page number and page, so that a page that lies in another place or file is as wrong as one with a flipped bit. */
const checksumOf = (page: Buffer, { level, index }: Span, number: number): number =>
  crc32(page.subarray(0, checksumAt), crc32(`${level}/${index}/${number}`));

/**
 * The pages of a span's file.
 * @param blind bit i: nobody can tell which consultations the i-th child has, so that all may have events there.
 * @param entries in ascending order of their keys, each once.
 */
export async function* encodeSpan(
  span: Span,
  blind: number,
  entries: Iterable<SpanEntry> | AsyncIterable<SpanEntry>,
): AsyncGenerator<Buffer> {
  let page = Buffer.alloc(pageBytes, 0xff);
  let [count, number] = [0, 0];
  const completed = (isLast: boolean): Buffer => {
    page.writeUInt16BE(blind, blindAt);
    page.writeUInt16BE(version * 256 + (isLast ? 1 : 0), marksAt);
    page.writeUInt32BE(checksumOf(page, span, number), checksumAt);
    return page;
  };
  for await (const { key, bits } of entries) {
    if (count === entriesPerPage) {
      yield completed(false);
      page = Buffer.alloc(pageBytes, 0xff);
      [count, number] = [0, number + 1];
    }
    page.writeUIntBE(key, count * entryBytes, keyBytes);
    page.writeUInt16BE(bits, count * entryBytes + keyBytes);
    count++;
  }
  yield completed(true);
}

/** A page that was checked. */
export class SpanPage {
  readonly #bytes: Buffer;
  readonly count: number;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.count = entriesPerPage;
    while (this.count > 0 && this.keyAt(this.count - 1) === noKey) this.count--;
  }

  /** @throws SpanDamaged when it is not what was written there. */
  static check(bytes: Buffer, span: Span, number: number): SpanPage {
    if (bytes.length !== pageBytes) throw new SpanDamaged(spanPath(span), `it ends within page ${number}`);
    if (bytes.readUInt32BE(checksumAt) !== checksumOf(bytes, span, number)) {
      throw new SpanDamaged(spanPath(span), `the checksum of page ${number} is wrong`);
    }
    if (bytes[marksAt] !== version) throw new SpanDamaged(spanPath(span), `it is of version ${bytes[marksAt]}`);
    return new SpanPage(bytes);
  }

  get isLast(): boolean {
    return this.#bytes[marksAt + 1] === 1;
  }

  get blind(): number {
    return this.#bytes.readUInt16BE(blindAt);
  }

  keyAt(entry: number): number {
    return this.#bytes.readUIntBE(entry * entryBytes, keyBytes);
  }

  bitsAt(entry: number): number {
    return this.#bytes.readUInt16BE(entry * entryBytes + keyBytes);
  }

  /** The children that a consultation has events in, as far as this page tells. */
  bitsOf(key: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keyAt(middle) < key) low = middle + 1;
      else high = middle;
    }
    return low < this.count && this.keyAt(low) === key ? this.bitsAt(low) : 0;
  }
}
