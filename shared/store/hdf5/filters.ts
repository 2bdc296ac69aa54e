import { promisify } from 'node:util';
import { deflate, deflateSync, inflate, inflateSync } from 'node:zlib';

/** HDF5's shuffle: the first bytes of all values, then all second bytes, and so on. */
export const shuffle = (bytes: Uint8Array, valueBytes: number): Uint8Array => {
  const count = bytes.length / valueBytes;
  const shuffled = new Uint8Array(bytes.length);
  for (let plane = 0; plane < valueBytes; plane++) {
    const from = plane * count;
    for (let index = 0; index < count; index++) shuffled[from + index] = bytes[index * valueBytes + plane] ?? 0;
  }
  return shuffled;
};

/** Undoes {@link shuffle}, for values of 4, 8 or 16 bytes: a word at a time, which is four times as fast. */
export const unshuffle = (bytes: Uint8Array, valueBytes: number): Uint32Array<ArrayBuffer> => {
  const count = bytes.length / valueBytes;
  const words = valueBytes / 4;
  const values = new Uint32Array(count * words);
  for (let word = 0; word < words; word++) {
    const first = bytes.subarray(word * 4 * count);
    const second = first.subarray(count);
    const third = second.subarray(count);
    const fourth = third.subarray(count);
    for (let index = 0; index < count; index++) {
      values[index * words + word] =
        (first[index] ?? 0) | ((second[index] ?? 0) << 8) | ((third[index] ?? 0) << 16) | ((fourth[index] ?? 0) << 24);
    }
  }
  return values;
};

const deflateInPool = promisify<Uint8Array, { level: number; chunkSize: number }, Buffer>(deflate);
const inflateInPool = promisify<Uint8Array, { chunkSize: number; maxOutputLength: number }, Buffer>(inflate);

export const deflateChunk = (bytes: Uint8Array, level: number): Uint8Array => deflateSync(bytes, { level });

/** Each time that so many bytes came out of a thread, the event loop has to send it on; Node's own 16 KiB make that the greater part of its work. */
const deflatedAtOnce = 64 * 1024;

/** The same in libuv's threads: for chunks so large that another thread is worth it. */
export const deflateLargeChunk = (bytes: Uint8Array, level: number): Promise<Uint8Array> =>
  deflateInPool(bytes, { level, chunkSize: deflatedAtOnce });

/** Somewhat more room than is needed: Node allocates as much again when the output fills it to the last byte. */
const inflateOptions = (byteLength: number) => ({ chunkSize: byteLength + 64, maxOutputLength: byteLength + 64 });

const requireLength = (bytes: Uint8Array, byteLength: number): Uint8Array => {
  if (bytes.length !== byteLength) throw new RangeError(`a chunk has ${bytes.length} bytes instead of ${byteLength}`);
  return bytes;
};

/** @throws Error from zlib when a bit of it changed; RangeError when it has another length. */
export const inflateChunk = (bytes: Uint8Array, byteLength: number): Uint8Array =>
  requireLength(inflateSync(bytes, inflateOptions(byteLength)), byteLength);

/** The same in libuv's threads. */
export const inflateLargeChunk = async (bytes: Uint8Array, byteLength: number): Promise<Uint8Array> =>
  requireLength(await inflateInPool(bytes, inflateOptions(byteLength)), byteLength);
