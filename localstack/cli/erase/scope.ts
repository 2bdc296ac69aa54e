import { isEncrypted } from '../../../shared/domain/encrypted-payload.ts';
import { Poison } from '../../../shared/domain/errors.ts';
import type { ConsultationId, LetterId } from '../../../shared/domain/ids.ts';
import { limits } from '../../../shared/domain/limits.ts';
import { decodeRecord } from '../../../shared/queue/packs/decode.ts';
import type { EventReader } from '../../../shared/store/port.ts';
import type { QuarantineStore } from '../../../shared/store/quarantine/port.ts';

/** What a store holds of a consultation. */
export interface EraseScope {
  /** Encrypted events that have positions, and the first and the last of these. */
  sealedEvents: number;
  firstPosition: number | undefined;
  lastPosition: number | undefined;
  /** Encrypted events that wait to be sealed. */
  unsealedEvents: number;
  /** Events that were stored before encryption was turned on: no key protects them. */
  clearEvents: number;
  /** Letters in quarantine that hold an event of it in clear. */
  readonly clearLetters: LetterId[];
}

/** Whether a letter's record is an event that is encrypted; what can't be read as one is in clear. */
const isRecordEncrypted = (record: string): boolean => {
  try {
    return isEncrypted(decodeRecord(record).payload);
  } catch (error) {
    if (error instanceof Poison) return false;
    throw error;
  }
};

const addEvents = async (scope: EraseScope, reader: EventReader, consultationId: ConsultationId): Promise<void> => {
  let after: string | undefined;
  do {
    const query = { consultationId, limit: limits.pageEvents, includeUnsealed: true };
    const page = await reader.byConsultation(after === undefined ? query : { ...query, after });
    for (const { payload, position } of page.events) {
      if (!isEncrypted(payload)) scope.clearEvents++;
      else if (position === undefined) scope.unsealedEvents++;
      else {
        scope.sealedEvents++;
        scope.firstPosition ??= position;
        scope.lastPosition = position;
      }
    }
    after = page.next;
  } while (after !== undefined);
};

const addLetters = async (
  scope: EraseScope,
  letters: QuarantineStore,
  consultationId: ConsultationId,
): Promise<void> => {
  for await (const letterId of letters.ids('all')) {
    const read = await letters.read(letterId);
    if (read.kind !== 'letter' || read.found.head.consultationId !== consultationId) continue;
    const { joined } = read.found;
    if (joined.kind === 'whole' && isRecordEncrypted(joined.letter.record)) continue;
    scope.clearLetters.push(letterId);
  }
};

/**
 * Looks for all that the store holds of a consultation. What waits in the queue is not seen; it is dropped once the key is erased.
 * @param reader gives events as they are stored.
 * @throws PartDamaged, StoreUnavailable
 */
export const eraseScope = async (
  reader: EventReader,
  letters: QuarantineStore,
  consultationId: ConsultationId,
): Promise<EraseScope> => {
  const scope: EraseScope = {
    sealedEvents: 0,
    firstPosition: undefined,
    lastPosition: undefined,
    unsealedEvents: 0,
    clearEvents: 0,
    clearLetters: [],
  };
  await addEvents(scope, reader, consultationId);
  await addLetters(scope, letters, consultationId);
  return scope;
};
