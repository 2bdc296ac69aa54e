import { describe, expect, it } from 'vitest';
import { type LetterPiece, letterIdOf } from '../../../shared/domain/letter.ts';
import { limits } from '../../../shared/domain/limits.ts';
import { decodeLetter } from '../../../shared/queue/letters/decode.ts';
import { letterMessages, letterText } from '../../../shared/queue/letters/encode.ts';
import { joinLetter } from '../../../shared/queue/letters/join.ts';
import { event } from '../persist/rig.ts';
import { letterOf, messageLetter } from './letters.ts';

const large = letterOf(event(1, { payload: `{"quotes":${JSON.stringify('"😀'.repeat(150_000))}}` }));
const piecesOf = (letter: typeof large): readonly [LetterPiece, ...LetterPiece[]] => {
  const [first, ...others] = letterMessages(letter).map(({ body }) => decodeLetter(body)?.letter);
  if (first === undefined) throw new Error('no piece');
  return [first, ...others.filter((piece) => piece !== undefined)];
};

describe('the id of a letter', () => {
  it('is the one of its content, pinned', () => {
    expect(letterIdOf({ reason: 'conflict', attempt: 1, form: 'record', record: '#{}\n{}\n' })).toBe(
      // SHA-256("fi-letter/1\nconflict\n1\nrecord\n#{}\n{}\n"), its first 40 digits
      '2a3b9777c53f72fc7e198c19a4bf55935acbeb7b',
    );
  });

  it.each([{ reason: 'hash_mismatch' }, { attempt: 2 }, { form: 'message' }, { record: 'other' }] as const)(
    'is another one with %j',
    (change) => {
      const letter = messageLetter('text', 'conflict');
      const content = { ...letter, form: 'record' } as const;
      expect(letterIdOf({ ...content, ...change })).not.toBe(letterIdOf(content));
    },
  );

  it('leaves out what explains the letter', () => {
    const letter = letterOf(event(1));
    expect(letterIdOf({ ...letter, ...{ detail: 'in other words' } })).toBe(letter.letterId);
  });
});

describe('decodeLetter', () => {
  it('gives back what was encoded, with the time that its file has', () => {
    const letter = letterOf(event(1));
    const at = '2026-11-23T10:11:12.345Z';
    expect(decodeLetter(letterText(letter))).toEqual({ letter, quarantinedAt: undefined });
    expect(decodeLetter(letterText(letter, at))).toEqual({ letter, quarantinedAt: at });
  });

  it.each([
    ['no JSON', 'FI1\n'],
    ['another object', '{}'],
    ['a member that is unknown', letterText(messageLetter('x')).replace('{', '{"more":1,')],
    ['a reason that is none', letterText(messageLetter('x')).replace('undecodable_pack', 'dislike')],
    ['a record that is not the one of the id', letterText(messageLetter('x')).replace('"record":"x"', '"record":"y"')],
    ['a piece of nothing', letterText(messageLetter('x')).replace('"record"', '"fragment":1,"record"')],
    ['a piece beyond the last', letterText({ ...messageLetter('x'), fragment: { number: 3, of: 2 } })],
  ])('refuses %s', (_, text) => {
    expect(decodeLetter(text)).toBeUndefined();
  });
});

describe('pieces of a letter that fits no message', () => {
  it('fit messages, have its id, and are joined in any order', () => {
    const messages = letterMessages(large);
    expect(messages.length).toBeGreaterThan(1);
    for (const { body } of messages) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(limits.messageBytes - 128);
    const [first, ...others] = piecesOf(large);
    expect(joinLetter([others.at(-1) ?? first, first, ...others.slice(0, -1)])).toEqual({
      kind: 'whole',
      letter: large,
    });
  });

  it('that are missing are named', () => {
    const [first, ...others] = piecesOf(large);
    expect(joinLetter([first])).toEqual({ kind: 'incomplete', missing: others.map((_, index) => index + 2) });
  });

  it('that are not those of the letter are noticed', () => {
    const [first, ...others] = piecesOf(large);
    expect(joinLetter([{ ...first, record: `x${first.record.slice(1)}` }, ...others])).toEqual({ kind: 'altered' });
  });
});
