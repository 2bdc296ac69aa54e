import type { Letter, LetterPiece } from '../../domain/letter.ts';
import { limits } from '../../domain/limits.ts';
import { quote } from '../packs/format.ts';
import type { OutgoingMessage } from '../port.ts';

/** A piece of a record that is too large as JSON text: at most 3 bytes a code unit, so it fits a message. */
const fragmentLength = Math.floor(limits.messageBytes / 4);

/** Bytes that SQS counts beside the body: name, type and value of the one attribute, generously. */
export const letterAttributeBytes = 128;

const textMember = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `,"${name}":${quote(value)}`;

/**
 * A letter, or a piece of one, as JSON text of only such characters as SQS takes.
 * @param quarantinedAt when it came into quarantine; only in the store's files, since equal letters must stay equal on the queue.
 */
export const letterText = (letter: LetterPiece, quarantinedAt?: string): string => {
  const { letterId, reason, detail, attempt, form, consultationId, eventId, fragment, record } = letter;
  const piece = fragment === undefined ? '' : `,"fragment":${fragment.number},"fragments":${fragment.of}`;
  return (
    `{"letter_id":"${letterId}","reason":${quote(reason)},"detail":${quote(detail)},"attempt":${attempt},"form":"${form}"` +
    `${textMember('consultation_id', consultationId)}${textMember('event_id', eventId)}` +
    `${textMember('quarantined_at', quarantinedAt)}${piece}${textMember('record', record)}}`
  );
};

const messageOf = (piece: LetterPiece): OutgoingMessage => ({
  body: letterText(piece),
  attributes: { reason: piece.reason },
});

const cut = (letter: Letter): readonly LetterPiece[] => {
  const count = Math.ceil(letter.record.length / fragmentLength);
  return Array.from({ length: count }, (_, index) => ({
    ...letter,
    record: letter.record.slice(index * fragmentLength, (index + 1) * fragmentLength),
    fragment: { number: index + 1, of: count },
  }));
};

/**
 * The dead-letter messages of a letter: one, unless its record, escaped as JSON, fits no message; then it is cut into
 * numbered fragments. Nothing in them depends on the time or the delivery: a redelivery sends equal messages.
 */
export const letterMessages = (letter: Letter): readonly OutgoingMessage[] => {
  const whole = messageOf(letter);
  if (Buffer.byteLength(whole.body) + letterAttributeBytes <= limits.messageBytes) return [whole];
  return cut(letter).map(messageOf);
};
