import type { PartId } from '../../../domain/ids.ts';
import type { RangeFile } from '../../files.ts';
import { type ChunkRequest, ChunkSource } from '../../hdf5/chunk-source.ts';
import { unshuffle } from '../../hdf5/filters.ts';
import type { AttributeValue, LocatedDataset } from '../../hdf5/model.ts';
import { type ParsedFile, parseFile } from '../../hdf5/parse.ts';
import { partFormat } from '../layout.ts';
import { columnNames, columnWords, type SealedPartMeta, sealedFormatVersion } from './layout.ts';

/** What is read at first: the metadata of any part, and all but the payloads of a small one. */
const headBytes = 64 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const textOf = (attributes: ReadonlyMap<string, AttributeValue>, name: string): string => {
  const value = attributes.get(name);
  if (typeof value !== 'string') throw new TypeError(`attribute ${name} is not of its type`);
  return value;
};

const numberOf = (attributes: ReadonlyMap<string, AttributeValue>, name: string): number => {
  const value = attributes.get(name);
  if (typeof value !== 'bigint') throw new TypeError(`attribute ${name} is not of its type`);
  return Number(value);
};

const metaOf = ({ attributes }: ParsedFile): SealedPartMeta => {
  if (textOf(attributes, 'format') !== partFormat) throw new Error('it is not a part of fi-events');
  const version = numberOf(attributes, 'format_version');
  if (version !== sealedFormatVersion) throw new Error(`its format version ${version} is not that of sealed parts`);
  return {
    partId: textOf(attributes, 'part_id') as PartId,
    level: numberOf(attributes, 'level'),
    segment: textOf(attributes, 'segment'),
    day: textOf(attributes, 'day'),
    count: numberOf(attributes, 'count'),
    consultations: numberOf(attributes, 'consultations'),
    payloadBytes: numberOf(attributes, 'payload_bytes'),
    positionOffsetMin: numberOf(attributes, 'position_offset_min'),
    positionOffsetMax: numberOf(attributes, 'position_offset_max'),
    receivedAtMinMs: numberOf(attributes, 'received_at_min'),
    receivedAtMaxMs: numberOf(attributes, 'received_at_max'),
  };
};

/** The structure of an open sealed part, and its values by dataset and row. */
export class PartFile {
  readonly meta: SealedPartMeta;
  readonly chunks: ChunkSource;
  readonly #datasets: ReadonlyMap<string, LocatedDataset>;

  private constructor(parsed: ParsedFile, chunks: ChunkSource) {
    this.meta = metaOf(parsed);
    this.chunks = chunks;
    this.#datasets = parsed.datasets;
    for (const name of columnNames) this.#requireShape(name, this.meta.count, columnWords[name] * 4);
    this.#requireShape('payload_offset', this.meta.count + 1, 8);
  }

  /** @throws RangeError or TypeError when it is no sealed part, and the system's errors. */
  static async open(file: RangeFile): Promise<PartFile> {
    const head = new ChunkSource(file, await file.read(0, Math.min(headBytes, file.bytes)));
    const parsed = await parseFile((from, length) => head.bytesAt(from, length));
    // A part that stays open keeps no bytes but those of its structure, unless they are all there are.
    const chunks = file.bytes <= headBytes ? head : new ChunkSource(file);
    if (parsed.bytes !== file.bytes) throw new RangeError(`it has ${file.bytes} bytes instead of ${parsed.bytes}`);
    return new PartFile(parsed, chunks);
  }

  has(name: string): boolean {
    return this.#datasets.has(name);
  }

  dataset(name: string): LocatedDataset {
    const dataset = this.#datasets.get(name);
    if (dataset === undefined) throw new RangeError(`it has no ${name}`);
    return dataset;
  }

  get datasets(): readonly LocatedDataset[] {
    return [...this.#datasets.values()];
  }

  rowsOf(name: string): number {
    return this.dataset(name).shape[0] ?? 0;
  }

  chunkRowsOf(name: string): number {
    return this.dataset(name).chunkShape[0] ?? 1;
  }

  /** Rows `[from, to)` of some columns of integers, in little-endian words, the chunks of all columns read together. */
  async words<Name extends string>(
    names: readonly Name[],
    from: number,
    to: number,
    more: Partial<Record<Name, number>> = {},
  ): Promise<Record<Name, Uint32Array<ArrayBuffer>>> {
    const columns = {} as Record<Name, Uint32Array<ArrayBuffer>>;
    const requests: ChunkRequest[] = [];
    for (const name of names) {
      const dataset = this.dataset(name);
      const end = to + (more[name] ?? 0);
      columns[name] = new Uint32Array((end - from) * (dataset.shuffleBytes / 4));
      requests.push(...this.requests(dataset, from, end));
    }
    await this.chunks.each(requests, ({ dataset, index }, raw) => {
      const words = dataset.shuffleBytes / 4;
      const values = unshuffle(raw, dataset.shuffleBytes);
      const chunkFrom = index * (dataset.chunkShape[0] ?? 1);
      const target = columns[dataset.name as Name];
      const start = Math.max(from, chunkFrom);
      const end = Math.min(from + target.length / words, chunkFrom + values.length / words);
      target.set(values.subarray((start - chunkFrom) * words, (end - chunkFrom) * words), (start - from) * words);
    });
    return columns;
  }

  /** The chunks that hold rows `[from, to)` of a dataset. */
  requests(dataset: LocatedDataset, from: number, to: number): readonly ChunkRequest[] {
    const rows = dataset.chunkShape[0] ?? 1;
    if (from < 0 || to > (dataset.shape[0] ?? 0) || from > to)
      throw new RangeError(`${dataset.name} ends before ${to}`);
    const first = Math.floor(from / rows);
    const requests: ChunkRequest[] = [];
    for (let index = first; index * rows < to; index++) requests.push({ dataset, index });
    return requests;
  }

  /** The texts of rows `[from, to)`. */
  async texts(name: string, from = 0, to = this.rowsOf(name)): Promise<readonly string[]> {
    const dataset = this.dataset(name);
    const texts = new Array<string>(to - from);
    await this.chunks.each(this.requests(dataset, from, to), ({ index }, raw) => {
      const chunkFrom = index * (dataset.chunkShape[0] ?? 1);
      const end = Math.min(to, chunkFrom + (dataset.chunkShape[0] ?? 1));
      for (let row = Math.max(from, chunkFrom); row < end; row++) {
        texts[row - from] = textAt(raw, (row - chunkFrom) * dataset.type.bytes, dataset.type.bytes);
      }
    });
    return texts;
  }

  #requireShape(name: string, rows: number, valueBytes: number): void {
    const { shape, shuffleBytes } = this.dataset(name);
    if (shape[0] !== rows || shuffleBytes !== valueBytes) throw new RangeError(`column ${name} is not of its shape`);
  }
}

/** A text that NUL fills up. */
const textAt = (bytes: Uint8Array, from: number, length: number): string => {
  const padded = bytes.subarray(from, from + length);
  const end = padded.indexOf(0);
  return utf8.decode(end < 0 ? padded : padded.subarray(0, end));
};
