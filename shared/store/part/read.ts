import { Dataset, File } from 'h5wasm';
import { PartDamaged } from '../../domain/errors.ts';
import { dictionaries, type NarrowColumns, type PartColumns, partFormat, partFormatVersion } from './layout.ts';
import { openLibrary, uniqueMemoryName } from './library.ts';

/** Rows `[from, to)` of a part's payload arena, as bytes. */
export type PayloadSlice = (fromByte: number, toByte: number) => Uint8Array;

/** A part while it is open; nothing of it may be used afterwards but what was copied out. */
export interface OpenPart {
  readonly attribute: (name: string) => unknown;
  readonly narrow: () => NarrowColumns;
  readonly payloads: PayloadSlice;
}

const dataset = (file: File, name: string): Dataset => {
  const entity = file.get(name);
  if (!(entity instanceof Dataset)) throw new Error(`it has no column ${name}`);
  return entity;
};

const column = <Values>(file: File, name: string, type: new (...parameters: never[]) => Values): Values => {
  const { value } = dataset(file, name);
  if (!(value instanceof type)) throw new Error(`column ${name} is not a ${type.name}`);
  return value;
};

const texts = (file: File, name: string): readonly string[] => {
  const { value } = dataset(file, name);
  if (!Array.isArray(value)) throw new Error(`column ${name} holds no texts`);
  return value.map(String);
};

const requireCount = (actual: number, expected: number, name: string): void => {
  if (actual !== expected) throw new Error(`column ${name} has ${actual} values instead of ${expected}`);
};

const narrowColumns = (file: File): NarrowColumns => {
  const payloadOffset = column(file, 'payload_offset', BigUint64Array);
  const count = payloadOffset.length - 1;
  const columns: NarrowColumns = {
    count,
    payloadOffset,
    eventId: column(file, 'event_id', Uint8Array),
    leaf: column(file, 'leaf', Uint8Array),
    receivedAt: column(file, 'received_at', BigInt64Array),
    occurredAt: column(file, 'occurred_at', BigInt64Array),
    occurredAtText: file.keys().includes('occurred_at_text') ? texts(file, 'occurred_at_text') : undefined,
    requestIndex: column(file, 'request_index', Uint32Array),
    eventType: column(file, 'event_type', Uint16Array),
    eventTypeNames: texts(file, dictionaries.event_type),
    segment: column(file, 'segment', Uint16Array),
    segmentNames: texts(file, dictionaries.segment),
    consultation: column(file, 'consultation', Uint32Array),
    consultationNames: texts(file, dictionaries.consultation),
    user: column(file, 'user', Uint32Array),
    userNames: texts(file, dictionaries.user),
  };
  requireCount(columns.eventId.length, count * 16, 'event_id');
  requireCount(columns.leaf.length, count * 32, 'leaf');
  for (const name of [
    'receivedAt',
    'occurredAt',
    'requestIndex',
    'eventType',
    'segment',
    'consultation',
    'user',
  ] as const) {
    requireCount(columns[name].length, count, name);
  }
  return columns;
};

const requireFormat = (file: File): void => {
  const format = file.attrs.format?.value;
  const version = file.attrs.format_version?.value;
  if (format !== partFormat) throw new Error('it is not a part of fi-events');
  if (Number(version) !== partFormatVersion)
    throw new Error(`its format version ${version} is not ${partFormatVersion}`);
};

const payloadSlice =
  (file: File): PayloadSlice =>
  (fromByte, toByte) => {
    const value = dataset(file, 'payload').slice([[fromByte, toByte]]);
    if (!(value instanceof Uint8Array) || value.length !== toByte - fromByte) throw new Error('payload is too short');
    return value;
  };

/**
 * Opens the bytes of a part, lets `use` read from it, and closes it whatever happens.
 * @param path only names the file in errors.
 * @throws PartDamaged when the bytes are not a whole part of a version we know.
 */
export const withPart = async <Result>(
  path: string,
  bytes: Uint8Array,
  use: (part: OpenPart) => Result,
): Promise<Result> => {
  const { FS } = await openLibrary();
  const name = uniqueMemoryName();
  FS.writeFile(name, bytes);
  try {
    const file = new File(name, 'r');
    try {
      requireFormat(file);
      return use({
        attribute: (attribute) => file.attrs[attribute]?.value,
        narrow: () => narrowColumns(file),
        payloads: payloadSlice(file),
      });
    } finally {
      file.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new PartDamaged(path, `not readable as a part: ${reason}`, { cause: error });
  } finally {
    FS.unlink(name);
  }
};

/** Reads a whole part. @throws PartDamaged */
export const readPart = (path: string, bytes: Uint8Array): Promise<PartColumns> =>
  withPart(path, bytes, ({ narrow, payloads }) => {
    const columns = narrow();
    return { ...columns, payload: payloads(0, Number(columns.payloadOffset[columns.count])) };
  });
