import { inflateChunk, inflateLargeChunk } from '../filters.ts';
import { fletcher32 } from '../fletcher32.ts';
import { requireThat } from '../messages.ts';
import type { ChunkPlace } from '../model.ts';
import type { LibraryDataset } from './parse.ts';

/** More than any dataset of a part has. */
const mostBytes = 1024 ** 3;
/** Chunks of more bytes are inflated in another thread. */
const largeBytes = 64 * 1024;
const checksumBytes = 4;

const product = (numbers: readonly number[]): number => numbers.reduce((left, right) => left * right, 1);

const withoutChecksum = (stored: Uint8Array, byteLength: number): Uint8Array => {
  requireThat(stored.length === byteLength + checksumBytes, 'a chunk is not of its length');
  const bytes = stored.subarray(0, byteLength);
  const checksum = Buffer.from(stored.buffer, stored.byteOffset + byteLength, checksumBytes).readUInt32LE(0);
  requireThat(fletcher32(bytes) === checksum, 'the checksum of a chunk is wrong');
  return bytes;
};

/**
 * The values of a dataset, as they are in memory.
 * @throws RangeError, or an error from zlib, when a bit of it changed.
 */
export const readDataset = async (file: Uint8Array, dataset: LibraryDataset): Promise<Uint8Array<ArrayBuffer>> => {
  const { name, type, shape, chunkShape, chunks, filter } = dataset;
  const [byteLength, chunkBytes] = [product(shape) * type.bytes, product(chunkShape) * type.bytes];
  requireThat(byteLength <= mostBytes && chunkBytes <= mostBytes, `${name} is too long`);
  const values = new Uint8Array(byteLength);
  const take = async ({ address, bytes }: ChunkPlace, index: number): Promise<void> => {
    const stored = file.subarray(address, address + bytes);
    requireThat(stored.length === bytes, `${name} ends early`);
    const raw =
      filter === 'fletcher32'
        ? withoutChecksum(stored, chunkBytes)
        : chunkBytes > largeBytes
          ? await inflateLargeChunk(stored, chunkBytes)
          : inflateChunk(stored, chunkBytes);
    const from = index * chunkBytes;
    values.set(raw.subarray(0, Math.min(chunkBytes, byteLength - from)), from);
  };
  await Promise.all(chunks.map(take));
  return values;
};
