import { isEncrypted } from '../domain/encrypted-payload.ts';
import { KeyMissing } from '../domain/errors.ts';
import type { StoredEvent } from '../domain/event.ts';
import type { ConsultationKey, KeyFinder } from '../key-store/key-store.ts';
import { decryptEvent } from './decrypt-event.ts';
import { eachConsultation } from './each-consultation.ts';

/** What reading needs to show events that are stored encrypted. */
export interface Decryption {
  /**
   * The events as they were sent, in their order; an erased one keeps what is stored in clear, and says when it was erased.
   * @throws KeyMissing when an event's key is not there, and its consultation was not erased; KeyRecordDamaged.
   * @throws StoreUnavailable when the key store can't be read for now.
   */
  decrypt(events: readonly StoredEvent[]): Promise<readonly StoredEvent[]>;
}

/** An erased event's payload as reads show it: JSON's null, since there is nothing to show. */
const nothing = 'null';

const readable = (event: StoredEvent, key: ConsultationKey | undefined): StoredEvent => {
  if (key?.kind === 'active') return decryptEvent(event, key.keys);
  if (key?.kind === 'erased') return { ...event, payload: nothing, erasedAt: key.erasure.erasedAt };
  throw new KeyMissing(event.consultationId, 'is not in the key store');
};

/** @param openKeys asked only when there is something to decrypt; undefined while there is no key store. */
export const createDecryption = (openKeys: () => Promise<KeyFinder | undefined>): Decryption => ({
  decrypt: async (events) => {
    const encrypted = events.filter(({ payload }) => isEncrypted(payload));
    if (encrypted.length === 0) return events;
    const keys = await openKeys();
    const consultationIds = new Set(encrypted.map(({ consultationId }) => consultationId));
    const found = await eachConsultation(
      consultationIds,
      async (consultationId): Promise<ConsultationKey> => (await keys?.find(consultationId)) ?? { kind: 'absent' },
    );
    return events.map((event) =>
      isEncrypted(event.payload) ? readable(event, found.get(event.consultationId)) : event,
    );
  },
});
