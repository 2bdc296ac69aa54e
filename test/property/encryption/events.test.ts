import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEncrypted, parseEncrypted, renderEncrypted } from '../../../shared/domain/encrypted-payload.ts';
import { KeyMissing } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import { contentHash, leafHash } from '../../../shared/domain/leaf.ts';
import { decryptEvent } from '../../../shared/encryption/decrypt-event.ts';
import { contentTag, encryptEvent, eventCipher } from '../../../shared/encryption/encrypt-event.ts';
import { compress, decompress } from '../../../shared/encryption/plaintext.ts';
import { eventKeysOf } from '../../../shared/key-store/event-keys.ts';
import { decodeRecord } from '../../../shared/queue/packs/decode.ts';
import { encodeEvent } from '../../../shared/queue/packs/encode.ts';
import { validEvent } from '../store/valid-event.ts';

const keys = eventKeysOf(new Uint8Array(32).fill(1));
const otherKeys = eventKeysOf(new Uint8Array(32).fill(2));

const content = (event: AcceptedEvent): string => Buffer.from(contentHash(event)).toString('hex');

describe('an encrypted event', () => {
  it('is given back as it was sent, and has the leaf hash of what is stored', () => {
    fc.assert(
      fc.property(validEvent, (event) => {
        const stored = encryptEvent(event, keys);
        expect(isEncrypted(stored.payload)).toBe(true);
        expect(stored.leaf).toEqual(leafHash(stored));
        expect(decryptEvent(stored, keys)).toEqual({ ...event, leaf: stored.leaf });
      }),
    );
  });

  it('is the same each time, so that a retry is', () => {
    fc.assert(
      fc.property(validEvent, (event) => {
        expect(encryptEvent(event, keys)).toEqual(encryptEvent(event, keys));
      }),
    );
  });

  it('has the same content hash whatever zlib compressed it, and can be read', () => {
    fc.assert(
      fc.property(validEvent, fc.integer({ min: 0, max: 9 }), (event, level) => {
        const stored = encryptEvent(event, keys);
        const tag = contentTag(event, keys);
        const again = deflateRawSync(decompressedBytes(event), { level });
        const ciphertext = eventCipher(event, tag, keys).encrypt(again);
        const other = { ...stored, payload: renderEncrypted({ tag, ciphertext }) };
        expect(content(other)).toBe(content(stored));
        expect(decryptEvent(other, keys).payload).toBe(event.payload);
      }),
    );
  });

  it('has another content hash than any other, under another key too', () => {
    fc.assert(
      fc.property(validEvent, (event) => {
        const stored = content(encryptEvent(event, keys));
        expect(stored).not.toBe(content(encryptEvent({ ...event, payload: `${event.payload} ` }, keys)));
        expect(stored).not.toBe(content(encryptEvent({ ...event, userId: `${event.userId ?? ''}x` }, keys)));
        expect(stored).not.toBe(content(encryptEvent(event, otherKeys)));
        expect(stored).not.toBe(content(event));
      }),
    );
  });

  it('shows nothing of payload and user id', () => {
    const secret = randomBytes(24).toString('hex');
    fc.assert(
      fc.property(validEvent, (event) => {
        const stored = encryptEvent({ ...event, userId: secret, payload: `{"secret":"${secret}"}` }, keys);
        expect(JSON.stringify(stored)).not.toContain(secret);
      }),
      { numRuns: 20 },
    );
  });

  it('opens with no other key, under no other identity, and with no bit changed', () => {
    fc.assert(
      fc.property(validEvent, validEvent, fc.nat(), (event, other, at) => {
        const stored = encryptEvent(event, keys);
        expect(() => decryptEvent(stored, otherKeys)).toThrow(KeyMissing);
        fc.pre(other.eventId !== event.eventId);
        expect(() => decryptEvent({ ...stored, eventId: other.eventId }, keys)).toThrow(KeyMissing);
        const parsed = parseEncrypted(stored.payload) ?? { tag: new Uint8Array(), ciphertext: new Uint8Array() };
        for (const bytes of [parsed.tag, parsed.ciphertext]) {
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ (1 << (at % 8));
          expect(() => decryptEvent({ ...stored, payload: renderEncrypted(parsed) }, keys)).toThrow(KeyMissing);
          bytes[index] = (bytes[index] ?? 0) ^ (1 << (at % 8));
        }
      }),
    );
  });

  it('goes through a pack as it is', () => {
    fc.assert(
      fc.property(validEvent, (event) => {
        const stored = encryptEvent(event, keys);
        expect(decodeRecord(encodeEvent(stored))).toEqual({ ...stored, leaf: Buffer.from(stored.leaf) });
      }),
    );
  });
});

const decompressedBytes = ({ userId, payload }: AcceptedEvent): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(userId === undefined ? 0xffff_ffff : Buffer.byteLength(userId));
  return Buffer.concat([length, Buffer.from(userId ?? ''), Buffer.from(payload)]);
};

it('compresses any text, small or large, and back', () => {
  const plaintext = fc.record({
    userId: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
    payload: fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.tuple(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 2_000 })).map(([text, n]) => text.repeat(n)),
    ),
  });
  fc.assert(
    fc.property(plaintext, (each) => {
      expect(decompress(compress(each))).toEqual(each);
    }),
  );
});
