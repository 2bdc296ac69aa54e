import { createHmac } from 'node:crypto';
import { aessiv } from '@noble/ciphers/aes.js';
import { renderEncrypted } from '../domain/encrypted-payload.ts';
import type { AcceptedEvent, IngestedEvent, SegmentedEvent } from '../domain/event.ts';
import { contentHash, leafHash } from '../domain/leaf.ts';
import { associatedData } from '../key-store/associated-data.ts';
import type { EventKeys } from '../key-store/event-keys.ts';
import { compress } from './plaintext.ts';

const tagBytes = 16;

/** The cipher of one event, bound to its identity and to its tag, so that no payload can stand in for another. */
export const eventCipher = (
  { consultationId, eventId }: Pick<IngestedEvent, 'consultationId' | 'eventId'>,
  tag: Uint8Array,
  keys: EventKeys,
) => aessiv(keys.payload, associatedData('fi-events/encrypted/1', consultationId, eventId), tag);

/** Stands for an event as sent: whoever lacks the key can't confirm a guess by it. */
export const contentTag = (event: SegmentedEvent, keys: EventKeys): Uint8Array =>
  createHmac('sha256', keys.tag).update(contentHash(event)).digest().subarray(0, tagBytes);

/**
 * The event as it is stored where encryption is on: payload and user id compressed, then encrypted (AES-256-SIV, RFC 5297), which needs no
 * randomness, so that a retry gives the same event; with the leaf hash of what is stored. What reads filter by stays in clear.
 */
export const encryptEvent = (event: AcceptedEvent, keys: EventKeys): AcceptedEvent => {
  const tag = contentTag(event, keys);
  const ciphertext = eventCipher(event, tag, keys).encrypt(compress(event));
  const stored = { ...event, userId: undefined, payload: renderEncrypted({ tag, ciphertext }) };
  return { ...stored, leaf: leafHash(stored) };
};
