import { hash } from 'node:crypto';
import { type ConsultationId, type EventId, parseUuid } from '../../domain/ids.ts';
import { type KeyBytes, keyBytes } from './record.ts';

/** Goes into every hash, so that a key can never be taken for a hash of something else. */
const keyFormat = 'fi-events/known-id/1';

/** The first 32 of the 48 bits of a UUIDv7's time: steps of 65.5 seconds. */
const timeBytes = 4;
/** Where the text of a UUID has its version. */
const versionAt = 14;

const digest = (fields: readonly string[]): Buffer => {
  const texts = fields.map((field) => Buffer.from(field));
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + 4 + text.length, 0));
  let at = 0;
  for (const text of texts) {
    at = bytes.writeUInt32BE(text.length, at);
    at += text.copy(bytes, at);
  }
  return hash('sha256', bytes, 'buffer');
};

/**
 * The 16 bytes under which an event's identity is looked up: the first 16 of the SHA-256 over format, consultation_id and
 * event_id, each as a big-endian u32 byte length and its UTF-8 bytes. Where the event id is a UUIDv7, its first four
 * bytes stand in place of the hash's: new events then sort behind all older ones, so that looking them up reads nothing of the
 * runs that hold those, and not one random page an id, which a billion ids would cost otherwise.
 *
 * The other 96 bits are the hash's. A billion ids of the same 65 seconds share two keys with a chance of 6e-12; even so,
 * nothing is lost in silence: the content hash differs, and the later event goes to quarantine.
 */
export const identityKey = (consultationId: ConsultationId, eventId: EventId): KeyBytes => {
  const hashed = digest([keyFormat, consultationId, eventId]);
  const key = Uint8Array.prototype.slice.call(hashed, 0, keyBytes);
  if (eventId[versionAt] === '7') {
    const id = new Uint8Array(16);
    parseUuid(eventId, id);
    key.set(id.subarray(0, timeBytes));
  }
  return key;
};

/** A key as text, as the results of a lookup are named. */
export const keyText = (key: KeyBytes): string =>
  Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('hex');
