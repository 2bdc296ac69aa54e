import { createHash } from 'node:crypto';
import { InvalidField } from '../../domain/errors.ts';
import { formatUuid } from '../../domain/ids.ts';
import { limits } from '../../domain/limits.ts';

/** Goes into the hash, so that ids of another rule can never be taken for these. */
const rule = 'fi-events/idempotency/1';

/**
 * The event id of an `Idempotency-Key`: a UUIDv8 (RFC 9562, section 5.8) from the SHA-256 of rule, principal,
 * consultation, key and the event's index in its request, each as a big-endian u32 byte length and its UTF-8 bytes.
 * The same request sent again gives the same ids; the same key of another principal or consultation gives others.
 */
export const idempotentEventId = (principal: string, consultationId: string, key: string, index: number): string => {
  const hash = createHash('sha256');
  for (const field of [rule, principal, consultationId, key, String(index)]) {
    const bytes = Buffer.from(field);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  const bytes = hash.digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(bytes);
};

const keyForm = new RegExp(`^[\\x21-\\x7e](?:[\\x20-\\x7e]{0,${limits.idempotencyKeyLength - 2}}[\\x21-\\x7e])?$`);

/**
 * Checks an `Idempotency-Key` header.
 * @throws InvalidField when it is empty, too long or not visible ASCII.
 */
export const idempotencyKey = (header: string | undefined): string | undefined => {
  if (header !== undefined && !keyForm.test(header)) {
    throw new InvalidField('Idempotency-Key', `must be 1 to ${limits.idempotencyKeyLength} visible ASCII characters`);
  }
  return header;
};
