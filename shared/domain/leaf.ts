import { hash } from 'node:crypto';
import { contentOf } from './encrypted-payload.ts';
import type { SegmentedEvent } from './event.ts';

/** Goes into every hash, so that a later layout of the fields can never be taken for this one. */
export const leafFormat = 'fi-events/1';

/** Marks an absent optional member; no member can be this long. */
const absent = 0xffff_ffff;

let scratch = Buffer.allocUnsafe(64 * 1024);

const putField = (at: number, text: string | undefined): number => {
  if (text === undefined) return scratch.writeUInt32BE(absent, at);
  // Three bytes is the most that UTF-8 takes per UTF-16 code unit.
  const most = at + 4 + text.length * 3;
  if (most > scratch.length) {
    const larger = Buffer.allocUnsafe(Math.max(most, scratch.length * 2));
    scratch.copy(larger, 0, 0, at);
    scratch = larger;
  }
  const written = scratch.write(text, at + 4, 'utf8');
  scratch.writeUInt32BE(written, at);
  return at + 4 + written;
};

const digest = (fields: readonly (string | undefined)[]): Uint8Array => {
  scratch[0] = 0x00;
  let at = 1;
  for (const field of fields) at = putField(at, field);
  // By way of a string, which takes 0.5 us less than a buffer with memory of its own.
  return Buffer.from(hash('sha256', scratch.subarray(0, at), 'binary'), 'latin1');
};

/**
 * The RFC 6962 leaf hash of an event: `SHA-256(0x00 || fields)`, each field as a big-endian u32 byte length and its
 * UTF-8 bytes, an absent optional member as the length 0xFFFFFFFF alone. Fields in order: format, consultation_id,
 * event_id, segment, received_at, event_type, user_id, occurred_at, payload (as stored: as sent, or encrypted).
 * `docs/PART_FORMAT.md` has the test vectors.
 */
export const leafHash = (event: SegmentedEvent): Uint8Array =>
  digest([
    leafFormat,
    event.consultationId,
    event.eventId,
    event.segment,
    event.receivedAt,
    event.eventType,
    event.userId,
    event.occurredAt,
    event.payload,
  ]);

/** What decides whether a repeated id is the same event: the leaf's fields without segment and received_at; of an encrypted payload its tag. */
export const contentHash = (event: Omit<SegmentedEvent, 'segment' | 'receivedAt'>): Uint8Array =>
  digest([
    leafFormat,
    event.consultationId,
    event.eventId,
    event.eventType,
    event.userId,
    event.occurredAt,
    contentOf(event.payload),
  ]);
