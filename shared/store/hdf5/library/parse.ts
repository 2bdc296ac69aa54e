import { ByteReader } from '../byte-reader.ts';
import { checked, readAttribute, readDataspace, readDatatype, readSuperblock, requireThat } from '../messages.ts';
import { type AttributeValue, type ChunkPlace, fixedArray, messageTypes, type ValueType } from '../model.ts';
import { type DenseStorage, denseObjects, recordTypes } from './fractal-heap.ts';

/** A dataset as the library wrote it: in chunks, with one filter. */
export interface LibraryDataset {
  readonly name: string;
  readonly type: ValueType;
  readonly shape: readonly number[];
  /** The last chunk is as long as the others. */
  readonly chunkShape: readonly number[];
  readonly filter: 'deflate' | 'fletcher32';
  readonly chunks: readonly ChunkPlace[];
}

export interface LibraryFile {
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly datasets: ReadonlyMap<string, LibraryDataset>;
}

type Messages = ReadonlyMap<number, ByteReader>;

const shared = 2;
const mostChunks = 1_024;

/** The messages of an object header of version 2 that is in one piece. */
const readMessages = (file: Uint8Array, address: number): Messages => {
  const prefix = new ByteReader(file.subarray(address, address + 32));
  prefix.expect('OHDR');
  requireThat(prefix.u8() === 2, 'an object header is of another version');
  const flags = prefix.u8();
  const [lengthBits, tracksOrder, otherLimits, hasTimes] = [0x03, 0x04, 0x10, 0x20];
  requireThat((flags & ~(lengthBits | hasTimes)) === 0, 'an object header has other members');
  requireThat((flags & (tracksOrder | otherLimits)) === 0, 'an object header has other members');
  if ((flags & hasTimes) !== 0) prefix.skip(16);
  const lengthBytes = 1 << (flags & lengthBits);
  const length = prefix.unsigned(lengthBytes);
  const from = 6 + ((flags & hasTimes) === 0 ? 0 : 16) + lengthBytes;
  const reader = checked(file.subarray(address, address + from + length + 4), 'object header');
  reader.skip(from);
  const messages = new Map<number, ByteReader>();
  const messagePrefixBytes = 4;
  // Fewer bytes than a message begins with are a gap.
  while (reader.left >= messagePrefixBytes) {
    const type = reader.u8();
    const bodyBytes = reader.u16();
    requireThat((reader.u8() & shared) === 0, 'a message lies elsewhere');
    requireThat(type !== messageTypes.continuation, 'an object header is in pieces');
    messages.set(type, new ByteReader(reader.raw(bodyBytes)));
  }
  return messages;
};

const bodyOf = (messages: Messages, type: keyof typeof messageTypes): ByteReader => {
  const body = messages.get(messageTypes[type]);
  if (body === undefined) throw new RangeError(`an object has no ${type}`);
  return body;
};

/** Link info and attribute info: no order of creation is kept; then where heap and index lie. */
const readDense = (reader: ByteReader): DenseStorage => {
  requireThat(reader.u8() === 0 && reader.u8() === 0, 'a group keeps an order');
  return { heap: reader.u64(), index: reader.u64() };
};

const readLink = (object: Uint8Array): readonly [string, number] => {
  const reader = new ByteReader(object);
  requireThat(reader.u8() === 1, 'a link is of another version');
  const flags = reader.u8();
  const [lengthBits, hasCharacterSet] = [0x03, 0x10];
  requireThat((flags & ~(lengthBits | hasCharacterSet)) === 0, 'a link is of another kind');
  if ((flags & hasCharacterSet) !== 0) reader.skip(1);
  const name = reader.text(reader.unsigned(1 << (flags & lengthBits)));
  return [name, reader.u64()];
};

const filterNames = new Map([
  [1, 'deflate'],
  [3, 'fletcher32'],
] as const);

const readFilter = (reader: ByteReader): LibraryDataset['filter'] => {
  requireThat(reader.u8() === 2 && reader.u8() === 1, 'a dataset has not one filter');
  const name = filterNames.get(reader.u16() as 1 | 3);
  if (name === undefined) throw new RangeError('a dataset has another filter');
  return name;
};

const product = (numbers: readonly number[]): number => numbers.reduce((left, right) => left * right, 1);

const readFixedArray = (file: Uint8Array, address: number, count: number): readonly ChunkPlace[] => {
  const header = checked(file.subarray(address, address + fixedArray.headerBytes), 'chunk index');
  header.expect('FAHD');
  requireThat(header.u8() === 0 && header.u8() === fixedArray.filteredClient, 'a chunk index is of another kind');
  const entryBytes = header.u8();
  const pageBits = header.u8();
  requireThat(
    header.u64() === count && count <= Math.min(mostChunks, 2 ** pageBits),
    'a chunk index is not of its dataset',
  );
  const blockAddress = header.u64();
  const prefixBytes = 14;
  const blockBytes = prefixBytes + count * entryBytes + 4;
  const block = checked(file.subarray(blockAddress, blockAddress + blockBytes), 'chunk index');
  block.expect('FADB');
  requireThat(block.u8() === 0 && block.u8() === fixedArray.filteredClient, 'a chunk index is of another kind');
  requireThat(block.u64() === address, 'a block is not of its chunk index');
  return Array.from({ length: count }, () => {
    const place = { address: block.u64(), bytes: block.unsigned(entryBytes - 12) };
    requireThat(block.u32() === 0, 'a chunk skipped its filter');
    return place;
  });
};

const readSingleChunk = (reader: ByteReader): readonly ChunkPlace[] => {
  const bytes = reader.u64();
  requireThat(reader.u32() === 0, 'a chunk skipped its filter');
  return [{ address: reader.u64(), bytes }];
};

const readLayout = (file: Uint8Array, reader: ByteReader, shape: readonly number[]) => {
  const [chunked, filteredSingleChunk, singleChunk] = [2, 2, 1];
  requireThat(reader.u8() === 4 && reader.u8() === chunked, 'a dataset is not in chunks');
  const flags = reader.u8();
  const rank = reader.u8() - 1;
  requireThat(rank === shape.length, 'chunks are not of the rank of their dataset');
  const width = reader.u8();
  const chunkShape = Array.from({ length: rank }, () => reader.unsigned(width));
  reader.skip(width);
  requireThat(product(chunkShape) > 0, 'a chunk has no values');
  requireThat(product(chunkShape.slice(1)) === product(shape.slice(1)), 'chunks split more than the rows');
  const count = Math.ceil((shape[0] ?? 0) / (chunkShape[0] ?? 1));
  if (reader.u8() === singleChunk) {
    requireThat(flags === filteredSingleChunk && count === 1, 'a chunk is not all of its dataset');
    return { chunkShape, chunks: readSingleChunk(reader) };
  }
  reader.skip(1);
  return { chunkShape, chunks: readFixedArray(file, reader.u64(), count) };
};

const readDataset = (file: Uint8Array, name: string, address: number): LibraryDataset => {
  const messages = readMessages(file, address);
  const shape = readDataspace(bodyOf(messages, 'dataspace'));
  return {
    name,
    type: readDatatype(bodyOf(messages, 'datatype')),
    shape,
    filter: readFilter(bodyOf(messages, 'filterPipeline')),
    ...readLayout(file, bodyOf(messages, 'dataLayout'), shape),
  };
};

/**
 * Reads the structure of a file as the library writes one of our parts: every checksum is looked at, and anything else
 * than what is expected there is refused; the library itself reads all other files.
 * @throws RangeError saying what is not as it should be.
 * Source: HDF5 File Format Specification 3.0.
 */
export const parseLibraryFile = (file: Uint8Array): LibraryFile => {
  const superblock = readSuperblock(file);
  requireThat(superblock.bytes === file.length, `it has ${file.length} bytes instead of ${superblock.bytes}`);
  const root = readMessages(file, superblock.root);
  const links = denseObjects(file, readDense(bodyOf(root, 'linkInfo')), recordTypes.link).map(readLink);
  const attributes = denseObjects(file, readDense(bodyOf(root, 'attributeInfo')), recordTypes.attribute);
  return {
    attributes: new Map(attributes.map((object) => readAttribute(new ByteReader(object)))),
    datasets: new Map(links.map(([name, address]) => [name, readDataset(file, name, address)])),
  };
};
