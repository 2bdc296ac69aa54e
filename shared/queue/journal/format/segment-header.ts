import { crc32 } from 'node:zlib';
import { blockBytes, formatVersion, saltBytes } from './layout.ts';

export interface SegmentHeader {
  readonly number: number;
  /** Sequence number of the segment's first group. */
  readonly firstSequence: number;
  /** Oldest segment that the journal needed when this one was begun. */
  readonly oldest: number;
  readonly salt: Uint8Array;
  /** Size of the file; one that is shorter was truncated. */
  readonly bytes: number;
}

export type DecodedHeader =
  | { readonly kind: 'header'; readonly header: SegmentHeader }
  /** Never begun. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'invalid' };

const magic = Buffer.from('FIJOURNL', 'latin1');
const checkedBytes = 36 + saltBytes;

/** Writes the header into the first block of `target`; it stays within the first 512 bytes, which no disk tears. */
export const encodeSegmentHeader = (header: SegmentHeader, target: Buffer): void => {
  target.fill(0, 0, blockBytes);
  target.set(magic, 0);
  target.writeUInt32LE(formatVersion, 8);
  target.writeUInt32LE(header.number, 12);
  target.writeBigUInt64LE(BigInt(header.firstSequence), 16);
  target.writeUInt32LE(header.oldest, 24);
  target.set(header.salt, 28);
  target.writeBigUInt64LE(BigInt(header.bytes), 28 + saltBytes);
  target.writeUInt32LE(crc32(target.subarray(0, checkedBytes)), checkedBytes);
};

export const decodeSegmentHeader = (block: Buffer): DecodedHeader => {
  if (block.every((byte) => byte === 0)) return { kind: 'blank' };
  if (!block.subarray(0, magic.length).equals(magic)) return { kind: 'invalid' };
  if (crc32(block.subarray(0, checkedBytes)) !== block.readUInt32LE(checkedBytes)) return { kind: 'invalid' };
  const version = block.readUInt32LE(8);
  if (version !== formatVersion) return { kind: 'newer', version };
  return {
    kind: 'header',
    header: {
      number: block.readUInt32LE(12),
      firstSequence: Number(block.readBigUInt64LE(16)),
      oldest: block.readUInt32LE(24),
      salt: Uint8Array.from(block.subarray(28, 28 + saltBytes)),
      bytes: Number(block.readBigUInt64LE(28 + saltBytes)),
    },
  };
};
