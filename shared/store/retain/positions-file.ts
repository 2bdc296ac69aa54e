import { deflateSync, inflateSync } from 'node:zlib';
import { LogDamaged } from '../../domain/errors.ts';
import { countBits, PositionSet, windowBytes } from './position-set.ts';

/** What the file begins with; docs/LOG_FORMAT.md has the format. */
const head = Buffer.from('fi-events positions 1\n', 'latin1');

const numberBytes = 8;
const recordBytes = numberBytes + windowBytes;

/** The file that lists some positions. */
export const encodePositions = (positions: PositionSet): Uint8Array => {
  const records = positions.windows().map(([number, bits]) => {
    const record = Buffer.alloc(recordBytes);
    record.writeBigUInt64LE(BigInt(number));
    record.set(bits, numberBytes);
    return record;
  });
  return Buffer.concat([head, deflateSync(Buffer.concat(records))]);
};

const inflate = (file: string, bytes: Uint8Array): Buffer => {
  try {
    return inflateSync(bytes);
  } catch (cause) {
    throw new LogDamaged(file, 'it is not a list of positions', { cause });
  }
};

/** @param file names it in errors. @throws LogDamaged when the bytes are no such file */
export const decodePositions = (file: string, bytes: Uint8Array): PositionSet => {
  const refuse = (): never => {
    throw new LogDamaged(file, 'it is not a list of positions');
  };
  if (Buffer.compare(bytes.subarray(0, head.length), head) !== 0) refuse();
  const records = inflate(file, bytes.subarray(head.length));
  if (records.length === 0 || records.length % recordBytes !== 0) refuse();
  const positions = new PositionSet();
  let before = -1;
  for (let at = 0; at < records.length; at += recordBytes) {
    const number = Number(records.readBigUInt64LE(at));
    const bits = records.subarray(at + numberBytes, at + recordBytes);
    if (number <= before || !Number.isSafeInteger(number) || countBits(bits) === 0) refuse();
    before = number;
    positions.setWindow(number, bits);
  }
  return positions;
};
