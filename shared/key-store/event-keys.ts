import { hkdfSync } from 'node:crypto';

/** Length of a consultation's data key, in bytes. */
export const dataKeyBytes = 32;

/** What the events of one consultation are encrypted with. */
export interface EventKeys {
  /** Of the tag that tells repeats, HMAC-SHA256. */
  readonly tag: Uint8Array;
  /** Of the payload, AES-256-SIV: two keys of 32 bytes. */
  readonly payload: Uint8Array;
}

/** HKDF-SHA256 (RFC 5869) without salt: what it takes is random already. */
export const deriveKey = (secret: Uint8Array, purpose: string, bytes: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), purpose, bytes));

export const eventKeysOf = (dataKey: Uint8Array): EventKeys => ({
  tag: deriveKey(dataKey, 'fi-events/encrypted/1 tag', 32),
  payload: deriveKey(dataKey, 'fi-events/encrypted/1 payload', 64),
});
