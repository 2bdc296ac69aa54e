import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quarantineReasons } from '../../../shared/domain/errors.ts';
import { type Letter, type LetterPiece, letterIdOf } from '../../../shared/domain/letter.ts';
import { limits } from '../../../shared/domain/limits.ts';
import { decodeLetter } from '../../../shared/queue/letters/decode.ts';
import { letterMessages } from '../../../shared/queue/letters/encode.ts';
import { joinLetter } from '../../../shared/queue/letters/join.ts';
import { isSqsText } from '../../../shared/queue/sqs/text.ts';

/** Any UTF-16 code units, lone surrogates and what SQS refuses among them; some records are larger than a message. */
const record = fc
  .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), fc.constantFrom(1, 1, 1, 3_000, 20_000))
  .map(([text, times]) => text.repeat(times));

const letter = fc
  .record(
    {
      reason: fc.constantFrom(...quarantineReasons),
      detail: fc.string(),
      attempt: fc.integer({ min: 1, max: 1_000 }),
      form: fc.constantFrom('record', 'message'),
      consultationId: fc.string({ unit: 'grapheme' }),
      eventId: fc.uuid(),
      record,
    },
    { requiredKeys: ['reason', 'detail', 'attempt', 'form', 'record'] },
  )
  .map((content): Letter => ({ ...content, letterId: letterIdOf(content) }));

describe('letters on the queue', () => {
  it('are whole again when their pieces are joined, in any order and however often each came', () => {
    fc.assert(
      fc.property(letter, fc.infiniteStream(fc.nat()), (sent, random) => {
        const messages = letterMessages(sent);
        for (const { body } of messages) {
          expect(Buffer.byteLength(body)).toBeLessThanOrEqual(limits.messageBytes - 128);
          expect(isSqsText(body)).toBe(true);
        }
        const pieces = messages.map(({ body }) => decodeLetter(body)?.letter);
        const order = [...pieces, ...pieces]
          .map((piece) => ({ piece, key: random.next().value }))
          .sort((left, right) => left.key - right.key)
          .map(({ piece }) => piece)
          .filter((piece): piece is LetterPiece => piece !== undefined);
        const [first, ...others] = order;
        expect(order).toHaveLength(2 * messages.length);
        expect(first && joinLetter([first, ...others])).toEqual({ kind: 'whole', letter: sent });
      }),
      { numRuns: 300 },
    );
  });

  it('have an id of their own: no other content has it', () => {
    fc.assert(
      fc.property(letter, letter, (left, right) => {
        const same =
          left.reason === right.reason &&
          left.attempt === right.attempt &&
          left.form === right.form &&
          left.record === right.record;
        expect(left.letterId === right.letterId).toBe(same);
      }),
      { numRuns: 300 },
    );
  });
});
