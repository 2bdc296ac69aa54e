import type { Compression } from '../port.ts';
import { type Hdf5, uniqueName, useHdf5, withBytes } from './hdf5.ts';
import { type PartColumns, partFormat, partFormatVersion, payloadChunkBytes, rowsPerChunk } from './layout.ts';

type IntegerArray = Uint8Array | Uint32Array | BigUint64Array | BigInt64Array;

/** A dataset as HDF5 is told about it. */
interface Dataset {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** HDF5's type class: 0 for integers, 3 for fixed-length texts in UTF-8. */
  readonly type: 0 | 3;
  /** Bytes of one value. */
  readonly size: number;
  readonly signed: boolean;
  readonly shape: readonly number[];
  readonly chunkRows: number;
  /** Hashes and random ids: deflate would take time and gain nothing. */
  readonly incompressible: boolean;
}

const filters = { deflate: 1, fletcher32: 3 } as const;

/**
 * Every dataset is deflated (zlib checks it) or carries fletcher32, so that a flipped bit is an error and never wrong data:
 * of 1,500 random flips 498 went unnoticed where plain columns stood beside deflated ones.
 * One filter a dataset is all that h5wasm offers; its options must be numbers in a list, or it stores without a word uncompressed.
 */
const filterOf = (compression: Compression, incompressible: boolean) =>
  compression === 'none' || incompressible
    ? { compression: filters.fletcher32, compression_opts: [] }
    : { compression: filters.deflate, compression_opts: [Number(compression.slice('gzip-'.length))] };

const bytesOf = (values: IntegerArray): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const integers = (name: string, values: IntegerArray, options: Partial<Dataset> = {}): Dataset => ({
  name,
  bytes: bytesOf(values),
  type: 0,
  size: values.BYTES_PER_ELEMENT,
  signed: values instanceof BigInt64Array,
  shape: [values.length],
  chunkRows: rowsPerChunk,
  incompressible: false,
  ...options,
});

/** A column of `width` bytes a row. */
const byteRows = (name: string, values: Uint8Array, width: number): Dataset =>
  integers(name, values, { shape: [values.length / width, width], incompressible: true });

/**
 * Texts as fixed-length UTF-8, filled up with NUL: HDF5's filters do not reach into variable-length strings. There is
 * always one NUL at least, so that no reader takes a text's own last space for padding.
 */
const texts = (name: string, values: readonly string[]): Dataset => {
  const encoded = values.map((value) => Buffer.from(value, 'utf8'));
  const size = encoded.reduce((most, { length }) => Math.max(most, length), 0) + 1;
  const bytes = new Uint8Array(values.length * size);
  for (const [row, text] of encoded.entries()) bytes.set(text, row * size);
  return {
    name,
    bytes,
    type: 3,
    size,
    signed: false,
    shape: [values.length],
    chunkRows: rowsPerChunk,
    incompressible: false,
  };
};

const datasetsOf = (part: PartColumns): readonly Dataset[] => [
  integers('payload', part.payload, { chunkRows: payloadChunkBytes }),
  integers('payload_offset', part.payloadOffset),
  byteRows('event_id', part.eventId, 16),
  byteRows('leaf', part.leaf, 32),
  integers('received_at', part.receivedAt),
  integers('occurred_at', part.occurredAt),
  ...(part.occurredAtText ? [texts('occurred_at_text', part.occurredAtText)] : []),
  integers('request_index', part.requestIndex),
  integers('event_type', part.eventType),
  texts('event_type_names', part.eventTypeNames),
  integers('segment', part.segment),
  texts('segment_names', part.segmentNames),
  integers('consultation', part.consultation),
  texts('consultation_names', part.consultationNames),
  integers('user', part.user),
  texts('user_names', part.userNames),
];

const createDataset = (hdf5: Hdf5, file: bigint, dataset: Dataset, compression: Compression): void => {
  const [rows = 0, ...width] = dataset.shape;
  const shape = dataset.shape.map(BigInt);
  const metadata = {
    type: dataset.type,
    size: dataset.size,
    signed: dataset.signed,
    total_size: dataset.shape.reduce((product, length) => product * length, 1),
    littleEndian: true,
    vlen: false,
    shape,
    maxshape: shape,
    // A chunk larger than a fixed shape is refused.
    chunks: [Math.min(rows, dataset.chunkRows), ...width].map(BigInt),
    ...filterOf(compression, dataset.incompressible),
    track_order: false,
  };
  withBytes(hdf5, dataset.bytes, (pointer) => hdf5.create_dataset(file, `/${dataset.name}`, pointer, metadata));
};

/** What the root attributes say beside the columns. */
export interface PartHeader {
  readonly partId: string;
  readonly level: number;
  /** 32 bytes: the RFC 6962 tree hash over the leaves in row order. */
  readonly merkleRoot: Uint8Array;
  /** Lower-case UUIDs. */
  readonly eventIdMin: string;
  readonly eventIdMax: string;
}

const rangeOf = (values: BigInt64Array): { least: bigint; most: bigint } => {
  const ascending = values.toSorted();
  return { least: ascending.at(0) ?? 0n, most: ascending.at(-1) ?? 0n };
};

const attributesOf = (part: PartColumns, header: PartHeader): ReadonlyArray<readonly [string, string | bigint]> => {
  const received = rangeOf(part.receivedAt);
  return [
    ['format', partFormat],
    ['format_version', BigInt(partFormatVersion)],
    ['level', BigInt(header.level)],
    ['part_id', header.partId],
    ['count', BigInt(part.count)],
    ['received_at_min', received.least],
    ['received_at_max', received.most],
    ['event_id_min', header.eventIdMin],
    ['event_id_max', header.eventIdMax],
    ['merkle_root', Buffer.from(header.merkleRoot).toString('hex')],
  ];
};

const createAttribute = (hdf5: Hdf5, file: bigint, name: string, value: string | bigint): void => {
  const isText = typeof value === 'string';
  const bytes = isText ? new Uint8Array(Buffer.from(value, 'utf8')) : bytesOf(BigInt64Array.of(value));
  const metadata = {
    type: isText ? 3 : 0,
    size: bytes.length,
    signed: !isText,
    total_size: 1,
    littleEndian: true,
    vlen: false,
    shape: [],
    maxshape: [],
  };
  withBytes(hdf5, bytes, (pointer) => hdf5.create_attribute(file, '/', name, pointer, metadata));
};

/**
 * Renders a part as the bytes of an HDF5 file, in memory: the library itself reports neither a full disk nor syncs.
 * Bounded to HDF5 1.10, whose metadata carry checksums (the default's do not) and which every reader in use opens.
 * @throws Error from HDF5.
 */
export const writePart = (part: PartColumns, header: PartHeader, compression: Compression): Promise<Uint8Array> =>
  useHdf5((hdf5) => {
    const name = uniqueName();
    const { H5F_ACC_TRUNC, H5F_LIBVER_V110 } = hdf5;
    const file = hdf5.open(name, H5F_ACC_TRUNC, false, H5F_LIBVER_V110, H5F_LIBVER_V110);
    for (const dataset of datasetsOf(part)) createDataset(hdf5, file, dataset, compression);
    for (const [attribute, value] of attributesOf(part, header)) createAttribute(hdf5, file, attribute, value);
    hdf5.close_file(file);
    const bytes = hdf5.FS.readFile(name);
    hdf5.FS.unlink(name);
    return bytes;
  });
