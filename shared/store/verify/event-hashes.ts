import { hash } from 'node:crypto';
import { encryptedContentLength, encryptedMark } from '../../domain/encrypted-payload.ts';
import { leafFormat } from '../../domain/leaf.ts';
import { keyBytes } from '../known-ids/record.ts';

/** An event's fields as hashes have them; the payload as the bytes that are stored. */
export interface HashedFields {
  readonly consultationId: string;
  readonly eventId: string;
  readonly segment: string;
  readonly receivedAt: string;
  readonly eventType: string;
  readonly userId: string | undefined;
  readonly occurredAt: string | undefined;
  readonly payload: Uint8Array;
}

/** As docs/INDEX_FORMAT.md has it. */
const keyFormat = 'fi-events/known-id/1';
const keyFormatBytes = 4 + keyFormat.length;
const absent = 0xffff_ffff;
/** Where the text of a UUID has its version, and the bytes of a UUIDv7's time that a key begins with. */
const versionAt = 14;
const timeDigits = 8;
const markBytes = Buffer.from(encryptedMark);
const quotationMark = 0x22;

/** How much of a stored payload the content hash covers, as `contentOf` says. */
const contentLengthOf = (payload: Uint8Array): number =>
  payload[0] === quotationMark && markBytes.compare(payload, 0, markBytes.length) === 0
    ? Math.min(payload.length, encryptedContentLength)
    : payload.length;

/** More than the formats, the event id, `received_at` and the lengths of all fields take. */
const idsAndLengths = 512;

/**
 * Leaf hash, content hash and identity key of events, from their bytes: as `leafHash`, `contentHash` and `identityKey` give
 * them, written down a second time, so that the payload is neither decoded nor encoded, and copied once for all three.
 */
export class EventHashes {
  #scratch = Buffer.allocUnsafe(64 * 1024);

  /** Writes the leaf hash to `leaves`, the first 16 bytes of the content hash to `contents`, and the key to `keys`, each at `index`. */
  write(event: HashedFields, index: number, leaves: Buffer, contents: Buffer, keys: Buffer): void {
    const { payload } = event;
    this.#reserve(event);
    const scratch = this.#scratch;
    scratch[0] = 0x00;
    const formatEnd = this.#put(1, leafFormat);
    const idEnd = this.#put(this.#put(formatEnd, event.consultationId), event.eventId);
    const tail = this.#put(this.#put(idEnd, event.segment), event.receivedAt);
    const payloadAt = this.#put(this.#put(this.#put(tail, event.eventType), event.userId), event.occurredAt);
    scratch.set(payload, scratch.writeUInt32BE(payload.length, payloadAt));
    const leafEnd = payloadAt + 4 + payload.length;
    leaves.write(hash('sha256', scratch.subarray(0, leafEnd), 'binary'), index * 32, 32, 'latin1');

    // The content hash leaves out segment and received_at: what stands before them moves up to what stands behind.
    const moved = tail - idEnd;
    scratch.copyWithin(moved, 0, idEnd);
    const end = scratch.writeUInt32BE(contentLengthOf(payload), payloadAt) + contentLengthOf(payload);
    contents.write(hash('sha256', scratch.subarray(moved, end), 'binary'), index * keyBytes, keyBytes, 'latin1');

    // The key covers consultation and event id alone, under a format of its own.
    const from = moved + formatEnd - keyFormatBytes;
    this.#put(from, keyFormat);
    keys.write(hash('sha256', scratch.subarray(from, tail), 'binary'), index * keyBytes, keyBytes, 'latin1');
    if (event.eventId[versionAt] === '7') {
      keys.writeUInt32BE(Number.parseInt(event.eventId.slice(0, timeDigits), 16), index * keyBytes);
    }
  }

  /** Room for all fields: three bytes is the most that UTF-8 takes per UTF-16 code unit. */
  #reserve({ payload, consultationId, eventType, segment, userId = '', occurredAt = '' }: HashedFields): void {
    const characters = consultationId.length + eventType.length + segment.length + userId.length + occurredAt.length;
    const most = idsAndLengths + characters * 3 + payload.length;
    if (most > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(most * 2);
  }

  #put(at: number, text: string | undefined): number {
    if (text === undefined) return this.#scratch.writeUInt32BE(absent, at);
    const written = this.#scratch.write(text, at + 4, 'utf8');
    this.#scratch.writeUInt32BE(written, at);
    return at + 4 + written;
  }
}
