import { Poison } from '../../domain/errors.ts';
import { type Letter, type LetterPiece, letterIdOf } from '../../domain/letter.ts';
import { limits } from '../../domain/limits.ts';
import { resentAttributeBytes, resentAttributes } from '../../queue/letters/attributes.ts';
import { decodeLetter } from '../../queue/letters/decode.ts';
import { decodeRecord, recordsOf } from '../../queue/packs/decode.ts';
import { packOf } from '../../queue/packs/encode.ts';
import type { OutgoingMessage } from '../../queue/port.ts';

/** A message of the dead-letter queue. */
export interface DeadMessage {
  readonly messageId: string;
  readonly body: string;
  /** Unix milliseconds. */
  readonly sentAtMs: number;
  /** Which attempt at storing its events it was. */
  readonly attempt: number;
  /** Whether it was sent to the events' queue again from here before. */
  readonly wasSplit: boolean;
}

/** What is to be done with it. */
export type Fate =
  | { readonly kind: 'keep'; readonly letter: LetterPiece }
  /** The queue's redrive moved a whole pack, which says nothing against any of its events. */
  | { readonly kind: 'resend'; readonly messages: readonly OutgoingMessage[] };

const undeliverable = (
  { attempt }: DeadMessage,
  content: Pick<Letter, 'form' | 'record' | 'detail' | 'consultationId' | 'eventId'>,
): Letter => {
  const letter = { ...content, reason: 'undeliverable', attempt } as const;
  return { ...letter, letterId: letterIdOf(letter) };
};

/** The letter of a whole message, whatever is in it. */
export const wholeMessage = (message: DeadMessage, detail: string): Letter =>
  undeliverable(message, { form: 'message', record: message.body, detail });

const idsOf = (record: string): Pick<Letter, 'consultationId' | 'eventId'> => {
  try {
    const { consultationId, eventId } = decodeRecord(record);
    return { consultationId, eventId };
  } catch (error) {
    if (error instanceof Poison) return {};
    throw error;
  }
};

/** @returns none when the message is no pack, or an empty one. */
const recordsIn = (body: string): readonly string[] => {
  try {
    return recordsOf(body);
  } catch (error) {
    if (error instanceof Poison) return [];
    throw error;
  }
};

/**
 * Sorts what came to the dead-letter queue. Letters of PERSIST are kept. A pack is sent again, each event by itself, so that
 * what made it fail takes no neighbours along; one event that comes back yet again, and what is neither, becomes a letter.
 * So every message leaves the queue for good after a bounded number of ways.
 */
export const sort = (message: DeadMessage): Fate => {
  const decoded = decodeLetter(message.body);
  if (decoded !== undefined) return { kind: 'keep', letter: decoded.letter };
  const records = recordsIn(message.body);
  const [first] = records;
  if (first === undefined) {
    return {
      kind: 'keep',
      letter: wholeMessage(message, 'the queue gave up delivering this message, which is no pack'),
    };
  }
  const packs = records.map((record) => packOf([record]));
  const fit = packs.every((body) => Buffer.byteLength(body) + resentAttributeBytes <= limits.messageBytes);
  if (fit && (records.length > 1 || !message.wasSplit)) {
    const attributes = resentAttributes(message.attempt, true);
    return { kind: 'resend', messages: packs.map((body) => ({ body, attributes })) };
  }
  if (records.length > 1) return { kind: 'keep', letter: wholeMessage(message, 'the pack is too large to be split') };
  const detail = 'the queue gave up delivering this event, also by itself';
  return { kind: 'keep', letter: undeliverable(message, { form: 'record', record: first, detail, ...idsOf(first) }) };
};
