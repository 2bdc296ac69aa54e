import { PartDamaged } from '../../domain/errors.ts';
import { type Hdf5, takeBytes, uniqueName, useHdf5 } from './hdf5.ts';
import { dictionaries, type NarrowColumns, type PartColumns, partFormat, partFormatVersion } from './layout.ts';
import { readDirectly } from './read-directly.ts';

/** Bytes `[from, to)` of a part's payload arena. */
export type PayloadSlice = (fromByte: number, toByte: number) => Uint8Array;

/** A part while it is open; what it hands out are copies. */
export interface OpenPart {
  /** A root attribute. */
  readonly attribute: (name: string) => string | bigint;
  /** Everything but the payloads. */
  readonly narrow: () => NarrowColumns;
  /** Only the texts behind a column of codes, so that what little can still be read of a damaged part is. */
  readonly names: (dictionary: (typeof dictionaries)[keyof typeof dictionaries]) => readonly string[];
  readonly payloads: PayloadSlice;
}

interface OpenFile {
  readonly hdf5: Hdf5;
  readonly file: bigint;
}

const integer = 0;
const text = 3;

/** More than any part has; a larger one would not fit the library's memory anyway. */
const mostColumnBytes = 1024 ** 3;

/** A byte order mark is part of a text, and bytes that are no UTF-8 are damage. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const readDataset = ({ hdf5, file }: OpenFile, name: string, type: number, size?: number) => {
  const path = `/${name}`;
  const metadata = hdf5.get_dataset_metadata(file, path);
  const byteLength = metadata.size * metadata.total_size;
  if (metadata.type !== type || metadata.vlen || (size !== undefined && metadata.size !== size)) {
    throw new TypeError(`column ${name} is not of its type`);
  }
  if (byteLength > mostColumnBytes) throw new RangeError(`column ${name} has ${byteLength} bytes`);
  const bytes = takeBytes(hdf5, byteLength, (pointer) => {
    hdf5.get_dataset_data(file, path, null, null, null, pointer);
  });
  return { bytes, size: metadata.size };
};

type IntegerArray<Values> = { new (buffer: ArrayBuffer): Values; readonly BYTES_PER_ELEMENT: number };

const integers = <Values extends { readonly length: number }>(
  open: OpenFile,
  name: string,
  type: IntegerArray<Values>,
  length?: number,
): Values => {
  const values = new type(readDataset(open, name, integer, type.BYTES_PER_ELEMENT).bytes.buffer);
  if (length !== undefined && values.length !== length) {
    throw new RangeError(`column ${name} has ${values.length} values instead of ${length}`);
  }
  return values;
};

const texts = (open: OpenFile, name: string): readonly string[] => {
  const { bytes, size } = readDataset(open, name, text);
  return Array.from({ length: bytes.length / size }, (_, row) => {
    const padded = bytes.subarray(row * size, (row + 1) * size);
    const end = padded.indexOf(0);
    return utf8.decode(end < 0 ? padded : padded.subarray(0, end));
  });
};

const narrowColumns = (open: OpenFile): NarrowColumns => {
  const payloadOffset = integers(open, 'payload_offset', BigUint64Array);
  const count = payloadOffset.length - 1;
  const hasTimeTexts = open.hdf5.get_names(open.file, '/', false).includes('occurred_at_text');
  return {
    count,
    payloadOffset,
    eventId: integers(open, 'event_id', Uint8Array, count * 16),
    leaf: integers(open, 'leaf', Uint8Array, count * 32),
    receivedAt: integers(open, 'received_at', BigInt64Array, count),
    occurredAt: integers(open, 'occurred_at', BigInt64Array, count),
    occurredAtText: hasTimeTexts ? texts(open, 'occurred_at_text') : undefined,
    requestIndex: integers(open, 'request_index', Uint32Array, count),
    eventType: integers(open, 'event_type', Uint32Array, count),
    eventTypeNames: texts(open, dictionaries.event_type),
    segment: integers(open, 'segment', Uint32Array, count),
    segmentNames: texts(open, dictionaries.segment),
    consultation: integers(open, 'consultation', Uint32Array, count),
    consultationNames: texts(open, dictionaries.consultation),
    user: integers(open, 'user', Uint32Array, count),
    userNames: texts(open, dictionaries.user),
  };
};

const readAttribute = ({ hdf5, file }: OpenFile, name: string): string | bigint => {
  const { type, size } = hdf5.get_attribute_metadata(file, '/', name);
  const bytes = takeBytes(hdf5, size, (pointer) => {
    hdf5.get_attribute_data(file, '/', name, pointer);
  });
  if (type === text) return utf8.decode(bytes);
  if (type !== integer || size !== 8) throw new TypeError(`attribute ${name} is not of its type`);
  return new DataView(bytes.buffer).getBigInt64(0, true);
};

const requireFormat = (open: OpenFile): void => {
  if (readAttribute(open, 'format') !== partFormat) throw new Error('it is not a part of fi-events');
  const version = readAttribute(open, 'format_version');
  if (version !== BigInt(partFormatVersion)) throw new Error(`its format version ${version} is not known here`);
};

const readPayload = ({ hdf5, file }: OpenFile, fromByte: number, toByte: number): Uint8Array => {
  const length = hdf5.get_dataset_metadata(file, '/payload').total_size;
  if (fromByte < 0 || toByte < fromByte || toByte > length) {
    throw new RangeError(`bytes ${fromByte} to ${toByte} are not within the ${length} bytes of payload`);
  }
  return takeBytes(hdf5, toByte - fromByte, (pointer) => {
    hdf5.get_dataset_data(file, '/payload', [BigInt(toByte - fromByte)], [BigInt(fromByte)], [1n], pointer);
  });
};

/**
 * Opens the bytes of a part and lets `use` read from it.
 * @param path only names the file in errors.
 * @throws PartDamaged when the bytes are not a whole part of a version we know.
 */
export const withPart = async <Result>(
  path: string,
  bytes: Uint8Array,
  use: (part: OpenPart) => Result,
): Promise<Result> => {
  try {
    return await useHdf5((hdf5) => {
      const name = uniqueName();
      hdf5.FS.writeFile(name, bytes);
      const open = { hdf5, file: hdf5.open(name, hdf5.H5F_ACC_RDONLY, false, -1, -1) };
      requireFormat(open);
      const result = use({
        attribute: (attribute) => readAttribute(open, attribute),
        narrow: () => narrowColumns(open),
        names: (dictionary) => texts(open, dictionary),
        payloads: (fromByte, toByte) => readPayload(open, fromByte, toByte),
      });
      hdf5.close_file(open.file);
      hdf5.FS.unlink(name);
      return result;
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new PartDamaged(path, `not readable as a part: ${reason}`, { cause: error });
  }
};

/** Reads a whole part by the library alone. @throws PartDamaged */
export const readByLibrary = (path: string, bytes: Uint8Array): Promise<PartColumns> =>
  withPart(path, bytes, ({ narrow, payloads }) => {
    const columns = narrow();
    return { ...columns, payload: payloads(0, Number(columns.payloadOffset[columns.count])) };
  });

/** Reads a whole part; what is not as `writePart` makes it is left to the library, which also says what is wrong. @throws PartDamaged */
export const readPart = async (path: string, bytes: Uint8Array): Promise<PartColumns> => {
  try {
    return await readDirectly(bytes);
  } catch {
    return readByLibrary(path, bytes);
  }
};
