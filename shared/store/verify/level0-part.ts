import { PartDamaged } from '../../domain/errors.ts';
import { formatUuid } from '../../domain/ids.ts';
import { hashLevel0 } from '../event-hashes/hash-level0.ts';
import { partIdOf } from '../level0-names.ts';
import { merkleRoot } from '../merkle.ts';
import type { PartColumns } from '../part/layout.ts';
import { Level0Rows } from '../part/level0-rows.ts';
import { type OpenPart, withPart } from '../part/read.ts';
import { type Finding, reasonOf } from './finding.ts';

interface ReadPart {
  readonly columns: PartColumns;
  readonly attributes: Readonly<Record<string, string | bigint>>;
}

const attributeNames = ['part_id', 'level', 'count', 'merkle_root', 'event_id_min', 'event_id_max'] as const;

const readAll = (part: OpenPart): ReadPart => {
  const columns = part.narrow();
  return {
    columns: { ...columns, payload: part.payloads(0, Number(columns.payloadOffset[columns.count])) },
    attributes: Object.fromEntries(attributeNames.map((name) => [name, part.attribute(name)])),
  };
};

/** The least and the greatest event id, as text. */
const idRange = ({ count, eventId }: PartColumns): { least: string; most: string } => {
  let [least, most] = ['~', ''];
  for (let row = 0; row < count; row++) {
    const id = formatUuid(eventId, row * 16);
    if (id < least) least = id;
    if (id > most) most = id;
  }
  return { least, most };
};

/** Where a superblock of version 2 or 3 has the end of the file (HDF5 File Format Specification 3.0, section II.A). */
const endOfFileAt = 28;

/** Bytes behind the end are nothing to HDF5. */
const requireEnd = (bytes: Uint8Array): void => {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readBigUInt64LE(endOfFileAt);
  if (end !== BigInt(bytes.length)) throw new RangeError(`it has ${bytes.length} bytes instead of ${end}`);
};

/**
 * Hashes every event of a level-0 part anew, and compares the part with what it says about itself. Nothing else vouches for it
 * until it is sealed.
 * @returns how many events it has, and what is wrong.
 */
export const checkLevel0Part = async (
  file: string,
  bytes: Uint8Array,
): Promise<{ readonly events: number; readonly findings: readonly Finding[] }> => {
  const findings: Finding[] = [];
  const found = (reason: string) => findings.push({ kind: 'changed', file, reason });
  try {
    const part = await withPart(file, bytes, readAll);
    requireEnd(bytes);
    const { columns, attributes } = part;
    const { leaves } = hashLevel0(new Level0Rows(columns));
    const { least, most } = idRange(columns);
    const expected = {
      part_id: partIdOf(file),
      level: 0n,
      count: BigInt(columns.count),
      merkle_root: Buffer.from(merkleRoot(leaves)).toString('hex'),
      event_id_min: least,
      event_id_max: most,
    };
    for (let row = 0; row < columns.count; row++) {
      const stored = columns.leaf.subarray(row * 32, row * 32 + 32);
      if (Buffer.compare(stored, leaves.subarray(row * 32, row * 32 + 32)) !== 0) {
        found(`the event in row ${row} is not the one that was hashed`);
      }
    }
    for (const name of attributeNames) {
      if (attributes[name] === expected[name]) continue;
      found(`its ${name} is ${attributes[name]}, and its events or its name give ${expected[name]}`);
    }
    return { events: columns.count, findings };
  } catch (error) {
    if (!(error instanceof PartDamaged || error instanceof RangeError)) throw error;
    found(reasonOf(error));
    return { events: 0, findings };
  }
};
