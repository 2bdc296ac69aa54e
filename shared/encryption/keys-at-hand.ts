import { KeyMissing, KeyRecordDamaged } from '../domain/errors.ts';
import type { KeyStore } from '../key-store/key-store.ts';
import type { KeysAtHand } from '../store/verify/keys-at-hand.ts';
import { decryptEvent } from './decrypt-event.ts';

/** A key store as `fi verify` asks it. */
export const createKeysAtHand = (keys: KeyStore): KeysAtHand => ({
  fileOf: (consultationId) => keys.fileOf(consultationId),
  tryOn: async (event) => {
    try {
      const key = await keys.find(event.consultationId);
      if (key.kind === 'erased') return { kind: 'erased', ...key.erasure };
      if (key.kind !== 'active') return { kind: 'missing' };
      decryptEvent(event, key.keys);
      return { kind: 'opens' };
    } catch (error) {
      if (!(error instanceof KeyMissing || error instanceof KeyRecordDamaged)) throw error;
      return { kind: 'unfit', reason: error.message.split('\n')[0] ?? '' };
    }
  },
});
