import { ByteReader } from '../byte-reader.ts';
import { lookup3 } from '../checksum.ts';
import { checked, requireThat } from '../messages.ts';

/** Where a group keeps its links or attributes once they are more than eight. */
export interface DenseStorage {
  readonly heap: number;
  /** A B-tree of version 2, by their names. */
  readonly index: number;
}

/** What the B-tree's records hold beside the id of the object in the heap. */
export const recordTypes = {
  link: { type: 5, bytesBefore: 4, bytesBehind: 0 },
  attribute: { type: 8, bytesBefore: 0, bytesBehind: 9 },
} as const;

interface Heap {
  readonly idBytes: number;
  readonly block: Uint8Array;
}

const heapHeaderBytes = 146;
const treeHeaderBytes = 38;
const leafPrefixBytes = 6;
const checksumBytes = 4;

/** The largest block that the library begins a heap with, and more ids than there are names in a part. */
const mostBlockBytes = 64 * 1024;
const mostRecords = 1_024;

/** A heap that is one block, as that of a group with few names is. */
const readHeap = (file: Uint8Array, address: number): Heap => {
  const header = checked(file.subarray(address, address + heapHeaderBytes), 'fractal heap');
  header.expect('FRHP');
  requireThat(header.u8() === 0, 'a fractal heap is of another version');
  const idBytes = header.u16();
  requireThat(header.u16() === 0, 'a fractal heap has filters');
  const checksBlocks = 2;
  requireThat((header.u8() & checksBlocks) !== 0, 'a fractal heap has no checksums');
  // The largest object; twelve numbers about space and counts; the width of the doubling table.
  header.skip(4 + 12 * 8 + 2);
  const blockBytes = header.u64();
  header.skip(8);
  const offsetBytes = Math.ceil(header.u16() / 8);
  header.skip(2);
  const blockAddress = header.u64();
  requireThat(header.u16() === 0, 'a fractal heap has more than one block');
  requireThat(blockBytes <= mostBlockBytes, 'a block of a fractal heap is too long');
  return { idBytes, block: readBlock(file, address, blockAddress, blockBytes, offsetBytes) };
};

const readBlock = (file: Uint8Array, heap: number, address: number, length: number, offsetBytes: number) => {
  const block = Uint8Array.from(file.subarray(address, address + length));
  requireThat(block.length === length, 'a block of a fractal heap ends early');
  const reader = new ByteReader(block);
  reader.expect('FHDB');
  requireThat(reader.u8() === 0 && reader.u64() === heap, 'a block is not of its fractal heap');
  requireThat(reader.unsigned(offsetBytes) === 0, 'a block of a fractal heap is not its first');
  const checksumAt = length - reader.left;
  const checksum = reader.u32();
  // It was computed with zeros in its own place.
  block.fill(0, checksumAt, checksumAt + checksumBytes);
  requireThat(lookup3(block) === checksum, 'the checksum of its block is wrong');
  return block;
};

/** The bytes of an object. Its id: a byte of flags, offset and length; objects that lie elsewhere have flags. */
const objectOf = ({ block, idBytes }: Heap, id: ByteReader): Uint8Array => {
  requireThat(id.u8() === 0, 'an object of a fractal heap lies elsewhere');
  const offset = id.unsigned(idBytes === 7 ? 4 : 5);
  const length = id.unsigned(2);
  requireThat(offset + length <= block.length, 'an object of a fractal heap ends early');
  return block.subarray(offset, offset + length);
};

/**
 * The objects of a heap that its B-tree lists.
 * @throws RangeError where it is larger or other than what the library writes for a part.
 * Source: HDF5 File Format Specification 3.0, sections III.A.2 and III.G.
 */
export const denseObjects = (
  file: Uint8Array,
  { heap: heapAddress, index }: DenseStorage,
  { type, bytesBefore, bytesBehind }: (typeof recordTypes)[keyof typeof recordTypes],
): readonly Uint8Array[] => {
  const heap = readHeap(file, heapAddress);
  requireThat(heap.idBytes === 7 || heap.idBytes === 8, 'ids of a fractal heap have another length');
  const header = checked(file.subarray(index, index + treeHeaderBytes), 'B-tree');
  header.expect('BTHD');
  requireThat(header.u8() === 0 && header.u8() === type, 'a B-tree is of another kind');
  header.skip(4);
  const recordBytes = header.u16();
  requireThat(recordBytes === bytesBefore + heap.idBytes + bytesBehind, 'records of a B-tree have another length');
  requireThat(header.u16() === 0, 'a B-tree has more than one level');
  header.skip(2);
  const leafAddress = header.u64();
  const count = header.u16();
  requireThat(count <= mostRecords && header.u64() === count, 'a B-tree has too many records');
  const leafBytes = leafPrefixBytes + count * recordBytes + checksumBytes;
  const leaf = checked(file.subarray(leafAddress, leafAddress + leafBytes), 'B-tree');
  leaf.expect('BTLF');
  requireThat(leaf.u8() === 0 && leaf.u8() === type, 'a leaf is not of its B-tree');
  return Array.from({ length: count }, () => {
    leaf.skip(bytesBefore);
    const object = objectOf(heap, new ByteReader(leaf.raw(heap.idBytes)));
    leaf.skip(bytesBehind);
    return object;
  });
};
