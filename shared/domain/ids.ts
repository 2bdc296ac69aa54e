import { randomFillSync } from 'node:crypto';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A consultation's id, checked against `consultationIdPattern`. */
export type ConsultationId = Branded<'ConsultationId'>;
/** An event's id: a lower-case UUID, the client's own or a UUIDv7 of ours. */
export type EventId = Branded<'EventId'>;
/** The id that a queue gave a message. */
export type MessageId = Branded<'MessageId'>;
/** What a queue hands out with a received message, and wants back to delete it. */
export type ReceiptHandle = Branded<'ReceiptHandle'>;
/** A part file's id: a UUIDv7, and the file's name without `.h5`. */
export type PartId = Branded<'PartId'>;

/** A letter's id, see `letter.ts`. */
export type LetterId = Branded<'LetterId'>;

/** Fills `target` with random bytes; a simulation passes its own. */
export type RandomFill = (target: Uint8Array) => void;

const poolBytes = 4096;

/** Random bytes are drawn in pools, since one draw costs more than 400 ids' worth of copying. */
const pooled = (fill: RandomFill): ((count: number) => Uint8Array) => {
  const pool = new Uint8Array(poolBytes);
  let used = poolBytes;
  return (count) => {
    if (used + count > poolBytes) {
      fill(pool);
      used = 0;
    }
    used += count;
    return pool.subarray(used - count, used);
  };
};

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Renders 16 bytes as a lower-case UUID. */
export const formatUuid = (bytes: Uint8Array, offset = 0): string => {
  let text = '';
  for (let index = 0; index < 16; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
    text += hex[bytes[offset + index] ?? 0];
  }
  return text;
};

/** Writes the 16 bytes of a UUID, in either case, at `offset`. */
export const parseUuid = (text: string, target: Uint8Array, offset = 0): void => {
  let at = offset;
  for (let index = 0; index < 36; index += 2) {
    if (text.charCodeAt(index) === 45) index++;
    target[at++] = Number.parseInt(text.slice(index, index + 2), 16);
  }
};

/**
 * Makes a source of UUIDv7s (RFC 9562, method 1 of section 6.2): 48 bits of Unix milliseconds, then a 12-bit counter
 * that starts at random below 2048 each millisecond, then 62 random bits. Ids of one source ascend strictly, also when the clock steps back.
 */
export const createUuidV7Source = (nowMs: () => number, fill: RandomFill = randomFillSync): (() => string) => {
  const draw = pooled(fill);
  const bytes = new Uint8Array(16);
  let lastMs = 0;
  let counter = 0;
  return () => {
    const random = draw(10);
    const now = nowMs();
    if (now > lastMs) {
      lastMs = now;
      counter = (((random[0] ?? 0) & 0x07) << 8) | (random[1] ?? 0);
    } else if (++counter > 0xfff) {
      // More than 2,048 ids in one millisecond: borrow the next one, so that the order holds.
      lastMs++;
      counter = 0;
    }
    bytes[0] = Math.floor(lastMs / 2 ** 40);
    bytes[1] = Math.floor(lastMs / 2 ** 32);
    bytes[2] = lastMs >>> 24;
    bytes[3] = lastMs >>> 16;
    bytes[4] = lastMs >>> 8;
    bytes[5] = lastMs;
    bytes[6] = 0x70 | (counter >> 8);
    bytes[7] = counter;
    bytes.set(random.subarray(2), 8);
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    return formatUuid(bytes);
  };
};
