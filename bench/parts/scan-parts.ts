import { readFileSync } from 'node:fs';
import h5wasm, { Dataset, File } from 'h5wasm';
import { type LiveFile, liveFiles } from './live-files.ts';

/** One event of a part, read from its columns. */
export interface PartRow {
  readonly eventId: string;
  readonly consultationId: string;
  /** The payload's bytes as the file has them. */
  readonly payload: Buffer;
  /** Undefined until it is sealed. */
  readonly position: number | undefined;
}

export interface ScannedPart {
  readonly path: string;
  readonly bytes: number;
  readonly rows: readonly PartRow[];
}

/**
 * Reads parts, sealed or not, from docs/PART_FORMAT.md alone, with the plain HDF5 library and no code of the product: what a test or a
 * bench finds with it is in the files, whatever the product says of them.
 */
const { FS, activate_throwing_error_handler: throwOnErrors } = await h5wasm.ready;
throwOnErrors();

const column = (file: File, name: string) => {
  const dataset = file.get(name);
  if (!(dataset instanceof Dataset)) throw new Error(`no column ${name}`);
  const { value } = dataset;
  if (!ArrayBuffer.isView(value)) throw new Error(`column ${name} holds no numbers`);
  return value;
};

const bytesOf = (file: File, name: string): Buffer => {
  const { buffer, byteOffset, byteLength } = column(file, name);
  return Buffer.from(buffer, byteOffset, byteLength);
};

/** The payloads: their bytes one after another, and n + 1 offsets. */
const payloadsOf = (file: File): readonly Buffer[] => {
  const arena = bytesOf(file, 'payload');
  const offsets = column(file, 'payload_offset');
  if (!(offsets instanceof BigUint64Array)) throw new Error('payload_offset is no u64');
  return Array.from({ length: offsets.length - 1 }, (_, row) =>
    arena.subarray(Number(offsets[row]), Number(offsets[row + 1])),
  );
};

/** A column of codes, as the names that they stand for. */
const namesOf = (file: File, name: string): readonly string[] => {
  const dictionary = file.get(`${name}_names`);
  if (!(dictionary instanceof Dataset) || !Array.isArray(dictionary.value)) throw new Error(`no ${name}_names`);
  const names = dictionary.value.map(String);
  const codes = column(file, name);
  if (!(codes instanceof Uint32Array)) throw new Error(`${name} is no u32`);
  return Array.from(codes, (code) => {
    const text = names[code];
    if (text === undefined) throw new Error(`${name} ${code} has no name`);
    return text;
  });
};

const uuidsOf = (file: File, name: string): readonly string[] => {
  const bytes = bytesOf(file, name);
  return Array.from({ length: bytes.length / 16 }, (_, row) =>
    bytes.toString('hex', row * 16, row * 16 + 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  );
};

/** The positions of a sealed part's rows; none in level 0. */
const positionsOf = (file: File, basePosition: number | undefined): readonly number[] => {
  if (basePosition === undefined) return [];
  const offsets = column(file, 'position_offset');
  if (!(offsets instanceof Uint32Array)) throw new Error('position_offset is no u32');
  return Array.from(offsets, (offset) => basePosition + offset);
};

const withFile = <Result>(file: string, use: (part: File, bytes: number) => Result): Result => {
  const bytes = readFileSync(file);
  const name = '/scanned.h5';
  FS.writeFile(name, bytes);
  const part = new File(name, 'r');
  try {
    return use(part, bytes.length);
  } finally {
    part.close();
    FS.unlink(name);
  }
};

const readPart = ({ path: file, basePosition }: LiveFile): ScannedPart =>
  withFile(file, (part, bytes) => {
    const eventIds = uuidsOf(part, 'event_id');
    const consultationIds = namesOf(part, 'consultation');
    const payloads = payloadsOf(part);
    const positions = positionsOf(part, basePosition);
    const rows = eventIds.map((eventId, row) => ({
      eventId,
      consultationId: consultationIds[row] ?? '',
      payload: payloads[row] ?? Buffer.alloc(0),
      position: positions[row],
    }));
    return { path: file, bytes, rows };
  });

/** The ids of a part's events and nothing else of it, 16 bytes each. @throws Error when it cannot be opened */
export const readEventIds = (file: string): Buffer => withFile(file, (part) => bytesOf(part, 'event_id'));

/** Every part of a store that counts, one at a time: the sealed ones, then those that are not. @throws Error when one cannot be opened. */
export function* scanParts(storeDir: string): Generator<ScannedPart> {
  const { sealed, unsealed } = liveFiles(storeDir);
  for (const file of [...sealed, ...unsealed]) yield readPart(file);
}
