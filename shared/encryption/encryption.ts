import { isEncrypted } from '../domain/encrypted-payload.ts';
import { KeyMissing, KeyRecordDamaged } from '../domain/errors.ts';
import type { AcceptedEvent } from '../domain/event.ts';
import type { ConsultationId } from '../domain/ids.ts';
import type { EventKeys } from '../key-store/event-keys.ts';
import type { KeyMaker } from '../key-store/key-store.ts';
import { eachConsultation } from './each-consultation.ts';
import { encryptEvent } from './encrypt-event.ts';

/** What becomes of an event that is to be stored encrypted. */
export type EncryptOutcome =
  /** This is what to store. */
  | { readonly kind: 'encrypted'; readonly event: AcceptedEvent }
  /** Its consultation was erased: it must not be stored. */
  | { readonly kind: 'erased' }
  /** The record of its consultation's key is of no use, and other consultations' are. */
  | { readonly kind: 'unusable'; readonly error: KeyMissing | KeyRecordDamaged };

/** What PERSIST needs to store events encrypted. */
export interface Encryption {
  /**
   * What becomes of each event, in their order. When this resolves the keys survive a power loss.
   * @throws StoreUnavailable when the key store can't be read or written for now.
   */
  encrypt(events: readonly AcceptedEvent[]): Promise<readonly EncryptOutcome[]>;
}

type Key = { readonly kind: 'active'; readonly keys: EventKeys } | Exclude<EncryptOutcome, { kind: 'encrypted' }>;

const keyOf = async (keys: KeyMaker, consultationId: ConsultationId): Promise<Key> => {
  try {
    const found = await keys.findOrMake(consultationId);
    return found.kind === 'erased' ? { kind: 'erased' } : found;
  } catch (error) {
    if (error instanceof KeyMissing || error instanceof KeyRecordDamaged) return { kind: 'unusable', error };
    throw error;
  }
};

/** Stores each consultation's events under a key of its own. */
export const createEncryption = (keys: KeyMaker): Encryption => ({
  encrypt: async (events) => {
    const consultationIds = new Set(events.map(({ consultationId }) => consultationId));
    const found = await eachConsultation(consultationIds, (consultationId) => keyOf(keys, consultationId));
    return events.map((event): EncryptOutcome => {
      const key = found.get(event.consultationId);
      if (key === undefined) throw new Error('a consultation was not looked up');
      if (key.kind !== 'active') return key;
      // A letter that is tried again may hold an event as it is stored.
      return { kind: 'encrypted', event: isEncrypted(event.payload) ? event : encryptEvent(event, key.keys) };
    });
  },
});
