import { parseEncrypted } from '../domain/encrypted-payload.ts';
import { KeyMissing } from '../domain/errors.ts';
import type { AcceptedEvent } from '../domain/event.ts';
import type { EventKeys } from '../key-store/event-keys.ts';
import { eventCipher } from './encrypt-event.ts';
import { decompress } from './plaintext.ts';

/**
 * The event as it was sent. Its leaf hash stays that of what is stored.
 * @throws KeyMissing when the keys are not those that it was encrypted with.
 */
export const decryptEvent = <Event extends AcceptedEvent>(event: Event, keys: EventKeys): Event => {
  try {
    const parsed = parseEncrypted(event.payload);
    if (parsed === undefined) throw new TypeError('the payload is not written as encrypted ones are');
    return { ...event, ...decompress(eventCipher(event, parsed.tag, keys).decrypt(parsed.ciphertext)) };
  } catch (cause) {
    throw new KeyMissing(event.consultationId, `does not fit its event ${event.eventId}`, { cause });
  }
};
