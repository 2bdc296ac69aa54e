import { deflateLargeChunk, shuffle } from '../../hdf5/filters.ts';
import type { EncodedDataset, ValueType } from '../../hdf5/model.ts';

/** Chunks deflated at a time: libuv has four threads, and each stream takes a quarter of a megabyte. */
const deflatesAtOnce = 4;

/** How a column is encoded. */
export interface Encoding {
  /** Deflate's level, 0 to 9. */
  readonly level: number;
  readonly rowsPerChunk: number;
}

/** Even chunks waste nothing on filling up the last one. No chunk is larger than its dataset, which HDF5 would refuse. */
export const evenChunkRows = (rows: number, most: number): number => Math.ceil(rows / Math.ceil(rows / most));

/** Encodes the chunks of a dataset a few at a time; `rawChunk` makes them, so that only a few are in memory. */
const encodeChunks = async (count: number, level: number, rawChunk: (index: number) => Uint8Array) => {
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < count; from += deflatesAtOnce) {
    const batch = Array.from({ length: Math.min(deflatesAtOnce, count - from) }, (_, index) => rawChunk(from + index));
    chunks.push(...(await Promise.all(batch.map((bytes) => deflateLargeChunk(bytes, level)))));
  }
  return chunks;
};

/** Bytes `[from, to)`, and zeros for what lies beyond the end. */
const padded = (bytes: Uint8Array, from: number, to: number): Uint8Array => {
  if (to <= bytes.length) return bytes.subarray(from, to);
  const chunk = new Uint8Array(to - from);
  chunk.set(bytes.subarray(from));
  return chunk;
};

export interface IntegerColumn {
  readonly name: string;
  readonly words: Uint32Array;
  /** Bytes of a value; 16 are rows of single bytes to HDF5, which knows no larger integers. */
  readonly bytes: 4 | 8 | 16;
  readonly signed?: boolean;
}

/** A column of integers, shuffled and deflated. The shuffle takes an id for one value: its version and its time then stand together. */
export const encodeIntegers = async (column: IntegerColumn, encoding: Encoding): Promise<EncodedDataset> => {
  const { name, words, bytes: valueBytes, signed = false } = column;
  const { level, rowsPerChunk } = encoding;
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const rows = bytes.length / valueBytes;
  const chunkRows = Math.min(rows, rowsPerChunk);
  const chunkBytes = chunkRows * valueBytes;
  const chunks = await encodeChunks(Math.ceil(rows / chunkRows), level, (index) =>
    shuffle(padded(bytes, index * chunkBytes, (index + 1) * chunkBytes), valueBytes),
  );
  const width = valueBytes === 16 ? [16] : [];
  const type: ValueType = { kind: 'integer', bytes: valueBytes === 16 ? 1 : valueBytes, signed };
  const shape = { shape: [rows, ...width], chunkShape: [chunkRows, ...width] };
  return { name, type, ...shape, shuffleBytes: valueBytes, level, chunks };
};

/** Texts as fixed-length UTF-8, filled up with NUL. `textAt` is asked for one row at a time, in order. */
export const encodeTexts = async (
  name: string,
  rows: number,
  textBytes: number,
  textAt: (row: number) => string,
  { level, rowsPerChunk }: Encoding,
): Promise<EncodedDataset> => {
  const chunkRows = Math.min(rows, rowsPerChunk);
  const chunks = await encodeChunks(Math.ceil(rows / chunkRows), level, (index) => {
    const chunk = Buffer.alloc(chunkRows * textBytes);
    const from = index * chunkRows;
    for (let row = from; row < Math.min(rows, from + chunkRows); row++) {
      chunk.write(textAt(row), (row - from) * textBytes, 'utf8');
    }
    return chunk;
  });
  return {
    name,
    type: { kind: 'text', bytes: textBytes },
    shape: [rows],
    chunkShape: [chunkRows],
    shuffleBytes: 0,
    level,
    chunks,
  };
};

/** A dictionary, with room for its longest name. */
export const encodeNames = (name: string, names: readonly string[], encoding: Encoding): Promise<EncodedDataset> => {
  const longest = names.reduce((most, text) => Math.max(most, Buffer.byteLength(text)), 1);
  return encodeTexts(name, names.length, longest, (row) => names[row] ?? '', encoding);
};
