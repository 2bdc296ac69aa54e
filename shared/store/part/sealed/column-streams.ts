import { shuffle } from '../../hdf5/filters.ts';
import type { DatasetShape, EncodedDataset, ValueType } from '../../hdf5/model.ts';
import type { DeflateQueue } from './deflate-queue.ts';

/**
 * Level of everything but payloads, whatever the policy says: its `none` is meant for payloads that are compressed
 * already, and columns are so few bytes that level 9 costs 1 % of a merge.
 */
export const columnLevel = 9;

/** A chunk begins with room for so much, since most parts that `seal` writes are small; a multiple of all values. */
const smallestWords = 1_024;

/** Bytes of one value: 16 are rows of single bytes to HDF5, which knows no larger integers. */
export type WordBytes = 4 | 8 | 16;

export interface ColumnOptions {
  readonly name: string;
  readonly valueBytes: WordBytes;
  readonly signed?: boolean;
  readonly rowsPerChunk: number;
}

const shapeOf = ({ name, valueBytes, signed = false, rowsPerChunk }: ColumnOptions, rows: number): DatasetShape => {
  const width = valueBytes === 16 ? [16] : [];
  const type: ValueType = { kind: 'integer', bytes: valueBytes === 16 ? 1 : valueBytes, signed };
  // A chunk larger than its dataset would be refused.
  const chunkShape = [Math.min(rows, rowsPerChunk), ...width];
  return { name, type, shape: [rows, ...width], chunkShape, shuffleBytes: valueBytes, level: columnLevel };
};

/** A column of integers that is written value by value: only the chunk that is being filled is in memory as it is. */
export class IntegerStream {
  readonly #options: ColumnOptions;
  readonly #queue: DeflateQueue;
  readonly #wordsPerChunk: number;
  readonly #chunks: Uint8Array[] = [];
  #words: Uint32Array<ArrayBuffer>;
  #filled = 0;
  #rows = 0;

  constructor(options: ColumnOptions, queue: DeflateQueue) {
    this.#options = options;
    this.#queue = queue;
    this.#wordsPerChunk = (options.rowsPerChunk * options.valueBytes) / 4;
    this.#words = new Uint32Array(Math.min(this.#wordsPerChunk, smallestWords));
  }

  /** A value of one word. */
  push(value: number): void {
    this.#words[this.#filled++] = value;
    this.#end();
  }

  /** A value of two words: any safe integer, negative ones in two's complement. */
  pushLong(value: number): void {
    this.#words[this.#filled++] = value;
    this.#words[this.#filled++] = Math.floor(value / 2 ** 32);
    this.#end();
  }

  pushWords(words: Uint32Array, from: number): void {
    const count = this.#options.valueBytes / 4;
    for (let word = 0; word < count; word++) this.#words[this.#filled++] = words[from + word] ?? 0;
    this.#end();
  }

  /** The dataset, whole once the queue has finished. */
  close(): EncodedDataset {
    const shape = shapeOf(this.#options, this.#rows);
    // Only a column of one chunk has one that is shorter; the last of several is filled up with zeros.
    if (this.#filled > 0) {
      if (this.#chunks.length === 0) this.#flush(this.#filled);
      else this.#flush(this.#grow(this.#wordsPerChunk).fill(0, this.#filled).length);
    }
    return { ...shape, chunks: this.#chunks };
  }

  #end(): void {
    this.#rows++;
    if (this.#filled < this.#words.length) return;
    if (this.#filled === this.#wordsPerChunk) this.#flush(this.#filled);
    else this.#grow(this.#filled * 2);
  }

  #grow(words: number): Uint32Array {
    if (words > this.#words.length) {
      const larger = new Uint32Array(Math.min(this.#wordsPerChunk, words));
      larger.set(this.#words);
      this.#words = larger;
    }
    return this.#words;
  }

  #flush(words: number): void {
    // The shuffle copies, so that the words may be filled anew.
    const bytes = shuffle(new Uint8Array(this.#words.buffer, 0, words * 4), this.#options.valueBytes);
    this.#queue.add(bytes, columnLevel, this.#chunks);
    this.#filled = 0;
  }
}

/** Texts of a fixed length, of which most columns have none at all: nothing is in memory until the first. */
export class TextStream {
  readonly #name: string;
  readonly #textBytes: number;
  readonly #rowsPerChunk: number;
  readonly #queue: DeflateQueue;
  readonly #chunks: Uint8Array[] = [];
  #chunk: Buffer | undefined;
  #rows = 0;

  constructor(name: string, textBytes: number, rowsPerChunk: number, queue: DeflateQueue) {
    this.#name = name;
    this.#textBytes = textBytes;
    this.#rowsPerChunk = rowsPerChunk;
    this.#queue = queue;
  }

  /** @throws RangeError when the text is too long. */
  push(text: string): void {
    const within = this.#rows % this.#rowsPerChunk;
    if (within === 0 && this.#chunk) this.#flush(this.#rowsPerChunk);
    this.#rows++;
    if (text === '') return;
    if (Buffer.byteLength(text) > this.#textBytes) {
      throw new RangeError(`${this.#name} ${JSON.stringify(text)} cannot be stored as it is`);
    }
    this.#chunk ??= this.#firstChunk();
    this.#chunk.write(text, within * this.#textBytes, 'utf8');
  }

  /** The dataset, whole once the queue has finished; undefined when every text is empty. */
  close(): EncodedDataset | undefined {
    if (this.#chunk === undefined) return undefined;
    const chunkRows = Math.min(this.#rows, this.#rowsPerChunk);
    this.#flush(chunkRows);
    const type: ValueType = { kind: 'text', bytes: this.#textBytes };
    const shapes = { shape: [this.#rows], chunkShape: [chunkRows] };
    return { name: this.#name, type, ...shapes, shuffleBytes: 0, level: columnLevel, chunks: this.#chunks };
  }

  /** The chunk of the first text, after as many empty ones as the rows before it fill. */
  #firstChunk(): Buffer {
    const before = Math.floor((this.#rows - 1) / this.#rowsPerChunk);
    const empty = Buffer.alloc(this.#rowsPerChunk * this.#textBytes);
    for (let index = 0; index < before; index++) this.#queue.add(empty, columnLevel, this.#chunks);
    return Buffer.alloc(empty.length);
  }

  #flush(rows: number): void {
    const bytes = this.#chunk?.subarray(0, rows * this.#textBytes) ?? new Uint8Array();
    this.#queue.add(bytes, columnLevel, this.#chunks);
    this.#chunk = Buffer.alloc(this.#rowsPerChunk * this.#textBytes);
  }
}

/** A column that is there as a whole. */
export const integerColumn = (options: ColumnOptions, words: Uint32Array, queue: DeflateQueue): EncodedDataset => {
  const stream = new IntegerStream(options, queue);
  for (let at = 0; at < words.length; at += options.valueBytes / 4) stream.pushWords(words, at);
  return stream.close();
};

/** A dictionary, with room for its longest name. */
export const nameColumn = (
  name: string,
  names: readonly string[],
  rowsPerChunk: number,
  queue: DeflateQueue,
): EncodedDataset => {
  const longest = names.reduce((most, text) => Math.max(most, Buffer.byteLength(text)), 1);
  const chunkRows = Math.min(names.length, rowsPerChunk);
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < names.length; from += chunkRows) {
    const bytes = Buffer.alloc(chunkRows * longest);
    for (const [index, text] of names.slice(from, from + chunkRows).entries())
      bytes.write(text, index * longest, 'utf8');
    queue.add(bytes, columnLevel, chunks);
  }
  const shapes = { shape: [names.length], chunkShape: [chunkRows] };
  return { name, type: { kind: 'text', bytes: longest }, ...shapes, shuffleBytes: 0, level: columnLevel, chunks };
};
