import { crc32 } from 'node:zlib';
import { groupHeaderBytes, saltBytes } from './layout.ts';

const magic = 0x52474946; // "FIGR"
const crcFrom = 8;

/** What a group must say to belong where it lies. */
export interface GroupPlace {
  readonly segmentNumber: number;
  readonly salt: Uint8Array;
}

/** Header fields of a group, not checked yet. */
export interface GroupHeader extends GroupPlace {
  readonly sequence: number;
  /** Bytes of header and records, without the padding. */
  readonly bytes: number;
}

/** Fills the header of the group in `group`, whose records are already in place after it. */
export const sealGroup = (group: Buffer, place: GroupPlace, sequence: number): void => {
  group.writeUInt32LE(magic, 0);
  group.writeUInt32LE(group.length - groupHeaderBytes, 8);
  group.writeUInt32LE(place.segmentNumber, 12);
  group.writeBigUInt64LE(BigInt(sequence), 16);
  group.set(place.salt, 24);
  group.writeUInt32LE(crc32(group.subarray(crcFrom), place.segmentNumber), 4);
};

/** The header at the start of `bytes`, or undefined when that is none. */
export const readGroupHeader = (bytes: Buffer): GroupHeader | undefined => {
  if (bytes.length < groupHeaderBytes || bytes.readUInt32LE(0) !== magic) return undefined;
  const sequence = bytes.readBigUInt64LE(16);
  if (sequence > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return {
    bytes: bytes.readUInt32LE(8) + groupHeaderBytes,
    segmentNumber: bytes.readUInt32LE(12),
    sequence: Number(sequence),
    salt: Uint8Array.from(bytes.subarray(24, 24 + saltBytes)),
  };
};

/** True when the header names this segment in its present use. */
export const belongsTo = (header: GroupHeader, place: GroupPlace): boolean =>
  header.segmentNumber === place.segmentNumber && Buffer.compare(header.salt, place.salt) === 0;

/** True when `group` (header and records, no padding) is what was written. */
export const isIntact = (group: Buffer, header: GroupHeader): boolean =>
  group.length === header.bytes && crc32(group.subarray(crcFrom), header.segmentNumber) === group.readUInt32LE(4);
