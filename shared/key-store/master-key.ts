import { aessiv } from '@noble/ciphers/aes.js';
import type { ConsultationId } from '../domain/ids.ts';
import { associatedData } from './associated-data.ts';
import { deriveKey } from './event-keys.ts';

/** Length of a master key, in bytes. */
export const masterKeyBytes = 32;

/** Encrypts the data keys of consultations, and decrypts them. */
export interface MasterKey {
  /** Tells this key from others and says nothing about it: 32 hexadecimal digits. */
  readonly check: string;
  /** @returns base64url of AES-256-SIV, bound to the consultation: no record can stand in for another's. */
  wrap(consultationId: ConsultationId, dataKey: Uint8Array): string;
  /** @throws Error when it was wrapped with another key, or for another consultation. */
  unwrap(consultationId: ConsultationId, wrappedKey: string): Uint8Array;
}

export const masterKeyOf = (secret: Uint8Array): MasterKey => {
  const key = deriveKey(secret, 'fi-events/key-store/1 wrap', 64);
  const cipherOf = (consultationId: ConsultationId) =>
    aessiv(key, associatedData('fi-events/key-store/1', consultationId));
  return {
    check: Buffer.from(deriveKey(secret, 'fi-events/key-store/1 check', 16)).toString('hex'),
    wrap: (consultationId, dataKey) => Buffer.from(cipherOf(consultationId).encrypt(dataKey)).toString('base64url'),
    unwrap: (consultationId, wrappedKey) => cipherOf(consultationId).decrypt(Buffer.from(wrappedKey, 'base64url')),
  };
};
