import { isEncrypted } from '../domain/encrypted-payload.ts';
import { KeyMissing, KeyRecordDamaged } from '../domain/errors.ts';
import type { AcceptedEvent } from '../domain/event.ts';
import { contentHash } from '../domain/leaf.ts';
import type { FindOtherForm } from '../domain/other-form.ts';
import type { KeyFinder } from '../key-store/key-store.ts';
import { decryptEvent } from './decrypt-event.ts';
import { encryptEvent } from './encrypt-event.ts';

/**
 * The content hash that an event has in its other form: that in clear of an encrypted one, and the other way round. Of a store where encryption
 * was turned on, or off, a repeat may come in the other form than the event that is stored. Asked only where content hashes differ, which
 * is rare.
 * @throws StoreUnavailable when the key store can't be read for now, InvalidSetting when its master key is not the one at hand.
 */
export const createOtherForm =
  (openKeys: () => Promise<KeyFinder | undefined>): FindOtherForm =>
  async (event) => {
    try {
      const key = await (await openKeys())?.find(event.consultationId);
      if (key?.kind === 'erased') return { kind: 'erased' };
      if (key?.kind !== 'active') return { kind: 'unknown' };
      const other = isEncrypted(event.payload) ? decryptEvent(event, key.keys) : encryptEvent(event, key.keys);
      return { kind: 'content', contentHash: contentHash(other) };
    } catch (error) {
      // One consultation's key must not keep those of others from being sealed.
      if (error instanceof KeyMissing || error instanceof KeyRecordDamaged) return { kind: 'unknown' };
      throw error;
    }
  };

/** Whether two events of one id are the same, whatever form each of them has; one whose consultation was erased is never another. */
export const isSameEvent = async (
  left: AcceptedEvent,
  right: AcceptedEvent,
  otherForm: FindOtherForm | undefined,
): Promise<boolean> => {
  if (Buffer.compare(contentHash(left), contentHash(right)) === 0) return true;
  if (otherForm === undefined || isEncrypted(left.payload) === isEncrypted(right.payload)) return false;
  const other = await otherForm(right);
  if (other.kind === 'content') return Buffer.compare(contentHash(left), other.contentHash) === 0;
  return other.kind === 'erased';
};
