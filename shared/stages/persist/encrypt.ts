import type { Encryption } from '../../encryption/encryption.ts';
import { type PackedEvent, type PackedPoison, poisonOf } from './unpack.ts';

/** The events of a batch as they are stored. */
export interface EncryptedBatch {
  readonly events: readonly PackedEvent[];
  /** Events whose consultation's key is of no use. */
  readonly poison: readonly PackedPoison[];
  /** How many were left out since their consultation was erased. */
  readonly erased: number;
}

/**
 * Encrypts the events of a batch before anything else is done with them, so that a letter about one holds it encrypted too. What was accepted
 * before its consultation was erased, or comes again after, is dropped: nothing of it may be stored.
 * @throws as {@link Encryption.encrypt} does.
 */
export const encryptBatch = async (
  events: readonly PackedEvent[],
  encryption: Encryption | undefined,
): Promise<EncryptedBatch> => {
  if (encryption === undefined || events.length === 0) return { events, poison: [], erased: 0 };
  const outcomes = await encryption.encrypt(events.map(({ event }) => event));
  const stored: PackedEvent[] = [];
  const poison: PackedPoison[] = [];
  let erased = 0;
  for (const [index, { event, packs }] of events.entries()) {
    const outcome = outcomes[index];
    if (outcome?.kind === 'encrypted') stored.push({ event: outcome.event, packs });
    else if (outcome?.kind === 'unusable') {
      poison.push({ poison: poisonOf(event, 'unwritable_event', outcome.error.message), packs });
    } else erased++;
  }
  return { events: stored, poison, erased };
};
