import { RunDamaged } from '../../domain/errors.ts';
import { pageBytes, recordsPerPage } from './layout.ts';
import { keyBytes, recordBytes } from './record.ts';

/** The first and the last page of a run. Numbers are little-endian, as in all pages. */
const headerMagic = 'fi-events ids\n';
const footerMagic = 'fi-events end\n';
const magicBytes = 16;
const formatVersion = 1;

export interface RunEnds {
  readonly entries: number;
  /** The least and the greatest key. */
  readonly firstKey: Buffer;
  readonly lastKey: Buffer;
}

const numbersAt = magicBytes;
const entriesAt = magicBytes + 16;
const firstKeyAt = entriesAt + 8;
const lastKeyAt = firstKeyAt + keyBytes;

const start = (magic: string): Buffer => {
  const page = Buffer.alloc(pageBytes);
  page.write(magic, 'latin1');
  for (const [index, number] of [formatVersion, pageBytes, recordBytes, recordsPerPage].entries()) {
    page.writeUInt32LE(number, numbersAt + 4 * index);
  }
  return page;
};

/** Without its checksum. */
export const formatHeader = (): Buffer => start(headerMagic);

/** Without its checksum. */
export const formatFooter = ({ entries, firstKey, lastKey }: RunEnds): Buffer => {
  const page = start(footerMagic);
  page.writeBigUInt64LE(BigInt(entries), entriesAt);
  firstKey.copy(page, firstKeyAt);
  lastKey.copy(page, lastKeyAt);
  return page;
};

/**
 * What a footer says; its checksum was right.
 * @throws RunDamaged when it is none, or that of a run with another number of ids.
 */
export const parseFooter = (footer: Buffer, run: string, page: number, entries: number): RunEnds => {
  const expected = start(footerMagic);
  if (footer.compare(expected, 0, entriesAt, 0, entriesAt) !== 0) {
    throw new RunDamaged(run, page, `it is no footer of a run of version ${formatVersion}`);
  }
  const counted = footer.readBigUInt64LE(entriesAt);
  if (counted !== BigInt(entries)) throw new RunDamaged(run, page, `it counts ${counted} ids instead of ${entries}`);
  return {
    entries,
    firstKey: footer.subarray(firstKeyAt, firstKeyAt + keyBytes),
    lastKey: footer.subarray(lastKeyAt, lastKeyAt + keyBytes),
  };
};
