import { ByteReader } from './byte-reader.ts';
import { checked, readAttribute, readDataspace, readDatatype, readSuperblock, requireThat } from './messages.ts';
import {
  type AttributeValue,
  type ChunkPlace,
  chunkCountOf,
  type DatasetShape,
  filterIds,
  fixedArray,
  type LocatedDataset,
  messageTypes,
  mostChunks,
  sizeWidthOf,
  superblockBytes,
} from './model.ts';

/** Bytes `[from, from + length)` of a file. @throws RangeError beyond its end, and the system's errors. */
export type BytesAt = (from: number, length: number) => Promise<Uint8Array>;

export interface ParsedFile {
  /** Where the file ends by its own account. */
  readonly bytes: number;
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly datasets: ReadonlyMap<string, LocatedDataset>;
}

interface Message {
  readonly type: number;
  readonly body: ByteReader;
}

/** More than any header that we write: one that says more is damaged. */
const mostHeaderBytes = 1024 * 1024;

const readMessages = async (bytesAt: BytesAt, address: number): Promise<readonly Message[]> => {
  const prefixBytes = 10;
  const prefix = new ByteReader(await bytesAt(address, prefixBytes));
  prefix.expect('OHDR');
  requireThat(prefix.u8() === 2 && prefix.u8() === 2, 'an object header is not as we write it');
  const length = prefix.u32();
  requireThat(length <= mostHeaderBytes, 'an object header is too long');
  const reader = checked(await bytesAt(address, prefixBytes + length + 4), 'object header');
  reader.skip(prefixBytes);
  const messages: Message[] = [];
  while (reader.left > 0) {
    const type = reader.u8();
    const bodyLength = reader.u16();
    reader.skip(1);
    requireThat(type !== messageTypes.continuation, 'an object header is in pieces');
    messages.push({ type, body: new ByteReader(reader.raw(bodyLength)) });
  }
  return messages;
};

const readLink = (reader: ByteReader): readonly [string, number] => {
  reader.skip(3);
  const name = reader.text(reader.u8());
  return [name, reader.u64()];
};

const readFilters = (reader: ByteReader): Pick<DatasetShape, 'shuffleBytes' | 'level'> => {
  reader.skip(1);
  const filters = Array.from({ length: reader.u8() }, () => {
    const id = reader.u16();
    reader.skip(4);
    return { id, option: reader.u32() };
  });
  const [last, first, ...more] = filters.toReversed();
  const shuffles = first === undefined || first.id === filterIds.shuffle;
  if (last?.id !== filterIds.deflate || !shuffles || more.length > 0) {
    throw new RangeError('filters are not as we write them');
  }
  return { shuffleBytes: first?.option ?? 0, level: last.option };
};

const readLayout = (reader: ByteReader) => {
  requireThat(reader.u8() === 4 && reader.u8() === 2, 'a layout is not as we write it');
  reader.skip(1);
  const rank = reader.u8() - 1;
  const width = reader.u8();
  const chunkShape = Array.from({ length: rank }, () => reader.unsigned(width));
  // The last length is the size of a value, which the type has too.
  reader.skip(width);
  requireThat(reader.u8() === fixedArray.index, 'chunks are not indexed by a fixed array');
  reader.skip(1);
  return { chunkShape, arrayAddress: reader.u64() };
};

const readChunkPlaces = async (
  bytesAt: BytesAt,
  dataset: DatasetShape,
  address: number,
): Promise<readonly ChunkPlace[]> => {
  const header = checked(await bytesAt(address, fixedArray.headerBytes), 'chunk index');
  header.expect('FAHD');
  header.skip(4);
  const count = header.u64();
  requireThat(count === chunkCountOf(dataset) && count <= mostChunks, 'a chunk index is not of its dataset');
  const width = sizeWidthOf(dataset);
  const prefixBytes = 14;
  const block = checked(await bytesAt(header.u64(), prefixBytes + count * (8 + width + 4) + 4), 'chunk index');
  block.expect('FADB');
  block.skip(prefixBytes - 4);
  return Array.from({ length: count }, () => {
    const place = { address: block.u64(), bytes: block.unsigned(width) };
    requireThat(block.u32() === 0, 'a chunk skipped its filters');
    return place;
  });
};

const bodyOf = (messages: readonly Message[], type: keyof typeof messageTypes): ByteReader => {
  const found = messages.find((message) => message.type === messageTypes[type]);
  if (found === undefined) throw new RangeError(`a dataset has no ${type}`);
  return found.body;
};

const readDataset = async (bytesAt: BytesAt, name: string, address: number): Promise<LocatedDataset> => {
  const messages = await readMessages(bytesAt, address);
  const { chunkShape, arrayAddress } = readLayout(bodyOf(messages, 'dataLayout'));
  const dataset = {
    name,
    type: readDatatype(bodyOf(messages, 'datatype')),
    shape: readDataspace(bodyOf(messages, 'dataspace')),
    chunkShape,
    ...readFilters(bodyOf(messages, 'filterPipeline')),
  };
  return { ...dataset, chunks: await readChunkPlaces(bytesAt, dataset, arrayAddress) };
};

/**
 * Reads the structure of a file that `renderFile` made: every checksum is looked at, and anything else than what it
 * writes is refused; the library reads all other HDF5 files.
 * @throws RangeError saying what is not as it should be.
 */
export const parseFile = async (bytesAt: BytesAt): Promise<ParsedFile> => {
  const { bytes, root } = readSuperblock(await bytesAt(0, superblockBytes));
  const messages = await readMessages(bytesAt, root);
  const attributes = new Map<string, AttributeValue>();
  const datasets = new Map<string, LocatedDataset>();
  for (const { type, body } of messages) {
    if (type === messageTypes.attribute) attributes.set(...readAttribute(body));
    if (type !== messageTypes.link) continue;
    const [name, address] = readLink(body);
    datasets.set(name, await readDataset(bytesAt, name, address));
  }
  return { bytes, attributes, datasets };
};
