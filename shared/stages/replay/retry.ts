import { EventExpired, PartDamaged, Poison } from '../../domain/errors.ts';
import type { AcceptedEvent } from '../../domain/event.ts';
import type { Letter } from '../../domain/letter.ts';
import { limits } from '../../domain/limits.ts';
import type { FindOtherForm } from '../../domain/other-form.ts';
import { isSameEvent } from '../../encryption/other-form.ts';
import { resentAttributeBytes, resentAttributes } from '../../queue/letters/attributes.ts';
import { decodeRecord } from '../../queue/packs/decode.ts';
import { packOf } from '../../queue/packs/encode.ts';
import type { OutgoingMessage, QueueSender } from '../../queue/port.ts';
import type { EventReader } from '../../store/port.ts';
import type { QuarantinedLetter } from '../../store/quarantine/port.ts';
import type { Act } from './act.ts';
import { type Intent, type Outcome, refused } from './outcome.ts';
import { type SettleDependencies, settle } from './settle.ts';

export interface RetryDependencies extends SettleDependencies {
  readonly events: QueueSender;
  /** Gives events as they are stored. */
  readonly reader: Pick<EventReader, 'byId'>;
  /** Tells a repeat that is stored encrypted while the letter holds it in clear, or the other way round. */
  readonly otherForm?: FindOtherForm | undefined;
}

/** The event in a letter, where it can be read. */
const eventIn = ({ form, record }: Letter): AcceptedEvent | undefined => {
  if (form === 'message') return undefined;
  try {
    return decodeRecord(record);
  } catch (error) {
    if (error instanceof Poison) return undefined;
    throw error;
  }
};

type Whereabouts = 'absent' | 'same' | 'other' | 'expired';

/** @throws PartDamaged | StoreUnavailable */
const lookUp = async (event: AcceptedEvent, { reader, otherForm }: RetryDependencies): Promise<Whereabouts> => {
  const stored = await reader.byId(event.consultationId, event.eventId).catch((error: unknown) => {
    if (error instanceof EventExpired) return 'expired' as const;
    throw error;
  });
  if (stored === undefined) return 'absent';
  if (stored === 'expired') return stored;
  return (await isSameEvent(stored, event, otherForm)) ? 'same' : 'other';
};

/** A message is sent as it was, a record as a pack of its own. */
const messageOf = ({ form, record, attempt }: Letter): OutgoingMessage => ({
  body: form === 'message' ? record : packOf([record]),
  attributes: resentAttributes(attempt + 1, false),
});

const fits = ({ body }: OutgoingMessage): boolean =>
  Buffer.byteLength(body) + resentAttributeBytes <= limits.messageBytes;

/** Puts the letter on the events' queue. @returns why the queue refuses it. @throws QueueUnavailable when it may take it later. */
const send = async (message: OutgoingMessage, events: QueueSender): Promise<string | undefined> => {
  const [result] = await events.sendBatch([message]);
  if (result?.status === 'sent') return undefined;
  return `the queue did not take it (${result?.code ?? 'no answer'})`;
};

/**
 * Sends a letter's record to the events' queue once more, and settles the letter when the queue has confirmed it. A crash in between
 * leaves the letter open; it is then sent again, and stored once by its id. What the store has already is not sent.
 */
export const createRetry = (dependencies: RetryDependencies, intent: Intent): Act => {
  const { events } = dependencies;

  const retryWhole = async (letter: QuarantinedLetter, whole: Letter): Promise<Outcome> => {
    const event = eventIn(whole);
    const whereabouts = event === undefined ? 'absent' : await lookUp(event, dependencies);
    if (whereabouts === 'same') return settle(dependencies, letter, 'already_stored', intent);
    if (whereabouts === 'other') {
      return refused(
        letter,
        'another event with its id is stored, which stays: discard the letter, or send the event with another id',
      );
    }
    if (whereabouts === 'expired') {
      return refused(
        letter,
        'the event with its id was dropped when its retention was over, for good: discard the letter',
      );
    }
    const message = messageOf(whole);
    if (!fits(message)) return refused(letter, 'it fills a message to the brim, so that its attempt cannot go with it');
    if (!intent.dryRun) {
      const refusal = await send(message, events);
      if (refusal !== undefined) return refused(letter, refusal);
    }
    return settle(dependencies, letter, 'retried', intent, true);
  };

  return async (letter) => {
    const { joined } = letter;
    if (joined.kind === 'altered')
      return refused(letter, 'its pieces together are not what was quarantined: restore them from a backup');
    if (joined.kind === 'incomplete') {
      return refused(
        letter,
        `of its pieces ${joined.missing.join(', ')} are missing: they may still be in the dead-letter queue`,
      );
    }
    try {
      return await retryWhole(letter, joined.letter);
    } catch (error) {
      if (error instanceof PartDamaged)
        return refused(letter, `nobody can tell whether it is stored: ${error.message}`);
      throw error;
    }
  };
};
