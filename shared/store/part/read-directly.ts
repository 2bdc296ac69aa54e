import { type LibraryFile, parseLibraryFile } from '../hdf5/library/parse.ts';
import { readDataset } from '../hdf5/library/read-dataset.ts';
import { dictionaries, type NarrowColumns, type PartColumns, partFormat, partFormatVersion } from './layout.ts';

/** A byte order mark is part of a text, and bytes that are no UTF-8 are damage. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const requireFormat = ({ attributes }: LibraryFile): void => {
  const [format, version] = [attributes.get('format'), attributes.get('format_version')];
  if (format !== partFormat || version !== BigInt(partFormatVersion)) {
    throw new RangeError('it is no part of this version');
  }
};

/** Reads the columns of one file. */
class Columns {
  readonly #bytes: Uint8Array;
  readonly #file: LibraryFile;

  constructor(bytes: Uint8Array, file: LibraryFile) {
    this.#bytes = bytes;
    this.#file = file;
  }

  has(name: string): boolean {
    return this.#file.datasets.has(name);
  }

  #dataset(name: string) {
    const dataset = this.#file.datasets.get(name);
    if (dataset === undefined) throw new RangeError(`it has no ${name}`);
    return dataset;
  }

  /** @param length of all values; undefined where another column tells. */
  async #bytesOf(name: string, valueBytes: number, length: number | undefined): Promise<ArrayBuffer> {
    const dataset = this.#dataset(name);
    if (dataset.type.kind !== 'integer' || dataset.type.bytes !== valueBytes) {
      throw new RangeError(`column ${name} is not of its type`);
    }
    const bytes = await readDataset(this.#bytes, dataset);
    if (length !== undefined && bytes.length !== length * valueBytes) {
      throw new RangeError(`column ${name} has not ${length} values`);
    }
    return bytes.buffer;
  }

  async u8(name: string, length?: number): Promise<Uint8Array> {
    return new Uint8Array(await this.#bytesOf(name, 1, length));
  }

  async u32(name: string, length: number): Promise<Uint32Array> {
    return new Uint32Array(await this.#bytesOf(name, 4, length));
  }

  async u64(name: string): Promise<BigUint64Array> {
    return new BigUint64Array(await this.#bytesOf(name, 8, undefined));
  }

  async i64(name: string, length: number): Promise<BigInt64Array> {
    return new BigInt64Array(await this.#bytesOf(name, 8, length));
  }

  async texts(name: string): Promise<readonly string[]> {
    const dataset = this.#dataset(name);
    if (dataset.type.kind !== 'text') throw new RangeError(`column ${name} is not of its type`);
    const { bytes: size } = dataset.type;
    const bytes = await readDataset(this.#bytes, dataset);
    return Array.from({ length: bytes.length / size }, (_, row) => {
      const padded = bytes.subarray(row * size, (row + 1) * size);
      const end = padded.indexOf(0);
      return utf8.decode(end < 0 ? padded : padded.subarray(0, end));
    });
  }
}

const readNarrow = async (columns: Columns): Promise<NarrowColumns> => {
  const payloadOffset = await columns.u64('payload_offset');
  const count = payloadOffset.length - 1;
  return {
    count,
    payloadOffset,
    eventId: await columns.u8('event_id', count * 16),
    leaf: await columns.u8('leaf', count * 32),
    receivedAt: await columns.i64('received_at', count),
    occurredAt: await columns.i64('occurred_at', count),
    occurredAtText: columns.has('occurred_at_text') ? await columns.texts('occurred_at_text') : undefined,
    requestIndex: await columns.u32('request_index', count),
    eventType: await columns.u32('event_type', count),
    eventTypeNames: await columns.texts(dictionaries.event_type),
    segment: await columns.u32('segment', count),
    segmentNames: await columns.texts(dictionaries.segment),
    consultation: await columns.u32('consultation', count),
    consultationNames: await columns.texts(dictionaries.consultation),
    user: await columns.u32('user', count),
    userNames: await columns.texts(dictionaries.user),
  };
};

/**
 * Reads a whole level-0 part without the library, which takes three times as long, and memory that it never gives back.
 * @throws RangeError, TypeError or an error from zlib when the file is damaged, or is not as `writePart` makes it: the library
 * then has the last word.
 */
export const readDirectly = async (bytes: Uint8Array): Promise<PartColumns> => {
  const file = parseLibraryFile(bytes);
  requireFormat(file);
  const columns = new Columns(bytes, file);
  // Together: payloads are inflated in other threads, the rest here.
  const [payload, narrow] = await Promise.all([columns.u8('payload'), readNarrow(columns)]);
  const payloadBytes = Number(narrow.payloadOffset[narrow.count]);
  if (payload.length < payloadBytes) throw new RangeError('its payloads end early');
  return { ...narrow, payload: payload.subarray(0, payloadBytes) };
};
