import { hash } from 'node:crypto';
import { encryptedContentLength, encryptedMark } from '../../domain/encrypted-payload.ts';
import { leafFormat } from '../../domain/leaf.ts';
import { keyBytes } from '../known-ids/record.ts';
import { encodeField } from './field.ts';

/** An event as hashes have it: members as {@link encodeField} gives them, event id and payload as the bytes that are stored. */
export interface HashedFields {
  readonly consultationId: Uint8Array;
  /** 16 bytes from `eventIdAt` on. */
  readonly eventId: Uint8Array;
  readonly eventIdAt: number;
  readonly segment: Uint8Array;
  readonly receivedAt: Uint8Array;
  readonly eventType: Uint8Array;
  readonly userId: Uint8Array;
  readonly occurredAt: Uint8Array;
  readonly payload: Buffer;
  readonly payloadFrom: number;
  readonly payloadTo: number;
}

/** What every leaf begins with; the content hash too. */
const leafStart = Uint8Array.of(0x00, ...encodeField(leafFormat));
/** As docs/INDEX_FORMAT.md has it. */
const keyStart = encodeField('fi-events/known-id/1');
/** The bytes of a UUIDv7's time that a key begins with. */
const timeBytes = 4;

const eventIdCharacters = 36;
/** The bytes of a UUID that a hyphen stands before. */
const hyphenBefore = Array.from({ length: 16 }, (_, index) => [4, 6, 8, 10].includes(index));
const hyphen = 45;
const digits = Buffer.from('0123456789abcdef', 'latin1');

const markBytes = Buffer.from(encryptedMark);
const quotationMark = 0x22;

/** How many bytes of a stored payload the content hash covers, as `contentOf` says; `from` is where it begins. */
const contentLengthOf = (payload: Buffer, from: number, to: number): number =>
  payload[from] === quotationMark &&
  payload.compare(markBytes, 0, markBytes.length, from, from + markBytes.length) === 0
    ? Math.min(to - from, encryptedContentLength)
    : to - from;

/** A Buffer's own `set` costs more than the loop for the few bytes of a member. */
const put = (target: Uint8Array, at: number, field: Uint8Array): number => {
  for (let index = 0; index < field.length; index++) target[at + index] = field[index] ?? 0;
  return at + field.length;
};

/** Writes a UUID as the field of its text. */
const putUuid = (target: Uint8Array, at: number, bytes: Uint8Array, from: number): number => {
  target[at] = 0;
  target[at + 1] = 0;
  target[at + 2] = 0;
  target[at + 3] = eventIdCharacters;
  let next = at + 4;
  for (let index = 0; index < 16; index++) {
    if (hyphenBefore[index]) target[next++] = hyphen;
    const byte = bytes[from + index] ?? 0;
    target[next++] = digits[byte >>> 4] ?? 0;
    target[next++] = digits[byte & 15] ?? 0;
  }
  return next;
};

/**
 * Leaf hash, content hash and identity key of events, from their bytes: as `leafHash`, `contentHash` and `identityKey` give
 * them, written down a second time, so that no text is decoded or encoded, and a payload is copied once for all three.
 */
export class EventHashes {
  #scratch = Buffer.allocUnsafe(64 * 1024);

  constructor() {
    this.#scratch.set(leafStart);
  }

  /** Writes the leaf hash to `leaves`, the first 16 bytes of the content hash to `contents`, and the key to `keys`, each at `index`. */
  write(event: HashedFields, index: number, leaves: Buffer, contents: Buffer, keys: Buffer): void {
    this.#reserve(event);
    const scratch = this.#scratch;
    const { eventId, eventIdAt } = event;
    const idEnd = putUuid(scratch, put(scratch, leafStart.length, event.consultationId), eventId, eventIdAt);
    const tail = put(scratch, put(scratch, idEnd, event.segment), event.receivedAt);
    const membersEnd = put(scratch, put(scratch, put(scratch, tail, event.eventType), event.userId), event.occurredAt);
    const payloadBytes = event.payloadTo - event.payloadFrom;
    const payloadAt = scratch.writeUInt32BE(payloadBytes, membersEnd);
    event.payload.copy(scratch, payloadAt, event.payloadFrom, event.payloadTo);
    const end = payloadAt + payloadBytes;
    leaves.write(hash('sha256', scratch.subarray(0, end), 'binary'), index * 32, 32, 'latin1');

    // The content hash leaves out segment and received_at: what stands before them moves up to what stands behind. These
    // two are longer than what a leaf begins with, which therefore stays in its place for the next one.
    const moved = tail - idEnd;
    scratch.copyWithin(moved, 0, idEnd);
    const contentLength = contentLengthOf(event.payload, event.payloadFrom, event.payloadTo);
    const contentEnd = scratch.writeUInt32BE(contentLength, membersEnd) + contentLength;
    contents.write(hash('sha256', scratch.subarray(moved, contentEnd), 'binary'), index * keyBytes, keyBytes, 'latin1');

    // The key covers consultation and event id alone, under a format of its own.
    const from = moved + leafStart.length - keyStart.length;
    put(scratch, from, keyStart);
    keys.write(hash('sha256', scratch.subarray(from, tail), 'binary'), index * keyBytes, keyBytes, 'latin1');
    const version = (eventId[eventIdAt + 6] ?? 0) >>> 4;
    if (version === 7) {
      for (let byte = 0; byte < timeBytes; byte++) keys[index * keyBytes + byte] = eventId[eventIdAt + byte] ?? 0;
    }
  }

  /** Room for all fields. */
  #reserve({
    consultationId,
    segment,
    receivedAt,
    eventType,
    userId,
    occurredAt,
    payloadFrom,
    payloadTo,
  }: HashedFields) {
    const members = consultationId.length + segment.length + receivedAt.length + eventType.length + userId.length;
    const others = leafStart.length + 4 + eventIdCharacters + occurredAt.length + 4;
    const most = members + others + payloadTo - payloadFrom;
    if (most <= this.#scratch.length) return;
    this.#scratch = Buffer.allocUnsafe(most * 2);
    this.#scratch.set(leafStart);
  }
}
