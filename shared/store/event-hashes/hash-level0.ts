import type { Level0Rows } from '../part/level0-rows.ts';
import { noTimeHigh } from '../part/sealed/layout.ts';
import { EventHashes } from './event-hashes.ts';
import { absentField, encodeField } from './field.ts';
import { TimeField } from './time-field.ts';

/** The hashes of some events, one after another. */
export interface HashedRows {
  /** 32 bytes a row. */
  readonly leaves: Buffer;
  /** The first 16 bytes of each content hash. */
  readonly contents: Buffer;
  /** 16 bytes a row, as `identityKey` gives them. */
  readonly keys: Buffer;
}

const fieldsOf = (names: readonly string[]): readonly Uint8Array[] => names.map(encodeField);

/** The field of `occurred_at` of each row. @throws RangeError when it is no time */
const occurredFields = ({ columns: { occurredAtText }, occurredAt }: Level0Rows) => {
  const times = new TimeField();
  return (row: number): Uint8Array => {
    const text = occurredAtText?.[row];
    if (text) return encodeField(text);
    const [low, high] = [occurredAt[row * 2] ?? 0, occurredAt[row * 2 + 1] ?? 0];
    if (high === noTimeHigh && low === 0) return absentField;
    return times.of((high | 0) * 2 ** 32 + low);
  };
};

const hashes = new EventHashes();

/**
 * Hashes the events of a level-0 part anew, from their bytes.
 * @throws RangeError when a time is none: the part is damaged.
 */
export const hashLevel0 = (rows: Level0Rows): HashedRows => {
  const { count, columns, payload, payloadFrom, receivedAtMs } = rows;
  const [consultations, segments] = [fieldsOf(columns.consultationNames), fieldsOf(columns.segmentNames)];
  const [eventTypes, users] = [fieldsOf(columns.eventTypeNames), fieldsOf(columns.userNames)];
  const [received, occurredOf] = [new TimeField(), occurredFields(rows)];
  const hashed = {
    leaves: Buffer.allocUnsafeSlow(count * 32),
    contents: Buffer.allocUnsafeSlow(count * 16),
    keys: Buffer.allocUnsafeSlow(count * 16),
  };
  for (let row = 0; row < count; row++) {
    const user = columns.user[row] ?? 0;
    const isNamed = columns.userNames[user] !== '';
    const event = {
      consultationId: consultations[columns.consultation[row] ?? 0] ?? absentField,
      eventId: columns.eventId,
      eventIdAt: row * 16,
      segment: segments[columns.segment[row] ?? 0] ?? absentField,
      receivedAt: received.of(receivedAtMs[row] ?? 0),
      eventType: eventTypes[columns.eventType[row] ?? 0] ?? absentField,
      userId: isNamed ? (users[user] ?? absentField) : absentField,
      occurredAt: occurredOf(row),
      payload,
      payloadFrom: payloadFrom[row] ?? 0,
      payloadTo: payloadFrom[row + 1] ?? 0,
    };
    hashes.write(event, row, hashed.leaves, hashed.contents, hashed.keys);
  }
  return hashed;
};
