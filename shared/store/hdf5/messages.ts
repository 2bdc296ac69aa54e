import { ByteReader } from './byte-reader.ts';
import { lookup3 } from './checksum.ts';
import { type AttributeValue, superblockBytes, type ValueType } from './model.ts';

/** Structures of HDF5 that stand alike in the files that we render and in those that the library writes. */

/** @throws RangeError saying what is not as it should be. */
export const requireThat = (condition: boolean, what: string): void => {
  if (!condition) throw new RangeError(what);
};

/** The bytes of a structure that ends in its checksum. @throws RangeError when it is wrong */
export const checked = (bytes: Uint8Array, what: string): ByteReader => {
  const end = bytes.length - 4;
  requireThat(
    new ByteReader(bytes.subarray(end)).u32() === lookup3(bytes.subarray(0, end)),
    `the checksum of its ${what} is wrong`,
  );
  return new ByteReader(bytes.subarray(0, end));
};

/** Where a file ends by its own account, and its root group. @param bytes the first {@link superblockBytes} */
export const readSuperblock = (bytes: Uint8Array) => {
  const reader = checked(bytes.subarray(0, superblockBytes), 'superblock');
  reader.expect('\x89HDF\r\n\x1a\n');
  requireThat(reader.u8() === 3 && reader.u8() === 8 && reader.u8() === 8, 'its superblock is not of version 3');
  // Consistency flags, base address, extension.
  reader.skip(1 + 8 + 8);
  return { bytes: reader.u64(), root: reader.u64() };
};

export const readDatatype = (reader: ByteReader): ValueType => {
  const classAndVersion = reader.u8();
  const bits = reader.u8();
  reader.skip(2);
  const bytes = reader.u32();
  if (classAndVersion === 0x13) return { kind: 'text', bytes };
  requireThat(classAndVersion === 0x10 && (bytes === 1 || bytes === 4 || bytes === 8), 'a type is not as we write it');
  return { kind: 'integer', bytes: bytes === 1 ? 1 : bytes === 4 ? 4 : 8, signed: bits === 8 };
};

export const readDataspace = (reader: ByteReader): readonly number[] => {
  requireThat(reader.u8() === 2, 'a dataspace is not as we write it');
  const rank = reader.u8();
  reader.skip(2);
  return Array.from({ length: rank }, () => reader.u64());
};

export const readAttribute = (reader: ByteReader): readonly [string, AttributeValue] => {
  reader.skip(2);
  const nameBytes = reader.u16();
  const typeBytes = reader.u16();
  const spaceBytes = reader.u16();
  reader.skip(1);
  const name = reader.text(nameBytes).slice(0, -1);
  const type = readDatatype(new ByteReader(reader.raw(typeBytes)));
  reader.skip(spaceBytes);
  const data = reader.raw(type.bytes);
  if (type.kind === 'text') return [name, Buffer.from(data).toString('utf8')];
  requireThat(type.bytes === 8, `attribute ${name} is not of its type`);
  return [name, Buffer.from(data).readBigInt64LE(0)];
};
