import { readFileSync } from 'node:fs';
import { aessiv } from '@noble/ciphers/aes.js';
import { describe, expect, it } from 'vitest';
import { parseEncrypted } from '../../../shared/domain/encrypted-payload.ts';
import type { SegmentedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import { contentHash, leafHash } from '../../../shared/domain/leaf.ts';
import { decryptEvent } from '../../../shared/encryption/decrypt-event.ts';
import { encryptEvent } from '../../../shared/encryption/encrypt-event.ts';
import { eventKeysOf } from '../../../shared/key-store/event-keys.ts';
import { masterKeyOf } from '../../../shared/key-store/master-key.ts';
import { recordPath } from '../../../shared/key-store/names.ts';

interface EventVector {
  readonly consultation_id: string;
  readonly event_id: string;
  readonly segment: string;
  readonly received_at: string;
  readonly event_type: string;
  readonly user_id: string | null;
  readonly occurred_at: string | null;
  readonly payload: string;
  readonly record: string;
  readonly wrapped_key: string;
  readonly stored_payload: string;
  readonly leaf: string;
  readonly content: string;
}

const document = readFileSync(new URL('../../../docs/KEY_STORE.md', import.meta.url), 'utf8');
const vectors = JSON.parse(/^```json\n(.*?)^```$/ms.exec(document)?.[1] ?? '{}');

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

const eventOf = (vector: EventVector): SegmentedEvent => ({
  consultationId: vector.consultation_id as ConsultationId,
  eventId: vector.event_id as EventId,
  segment: vector.segment,
  receivedAt: vector.received_at,
  eventType: vector.event_type,
  userId: vector.user_id ?? undefined,
  occurredAt: vector.occurred_at ?? undefined,
  requestIndex: 0,
  payload: vector.payload,
});

describe('the test vectors of docs/KEY_STORE.md', () => {
  const keys = eventKeysOf(bytes(vectors.data_key));
  const masterKey = masterKeyOf(bytes(vectors.master_key));
  const events: readonly EventVector[] = vectors.events;

  it('have the keys that follow from others', () => {
    expect(masterKey.check).toBe(vectors.master_key_check);
    expect(hex(keys.tag)).toBe(vectors.tag_key);
    expect(hex(keys.payload)).toBe(vectors.payload_key);
  });

  it.each(events.map((vector) => [vector.consultation_id, vector] as const))('%s has its record', (_, vector) => {
    const consultationId = vector.consultation_id as ConsultationId;
    expect(recordPath(consultationId)).toBe(vector.record);
    expect(masterKey.wrap(consultationId, bytes(vectors.data_key))).toBe(vector.wrapped_key);
    expect(hex(masterKey.unwrap(consultationId, vector.wrapped_key))).toBe(vectors.data_key);
  });

  it.each(events.map((vector) => [vector.event_id, vector] as const))('%s is stored as it says', (_, vector) => {
    const event = eventOf(vector);
    const stored = encryptEvent({ ...event, leaf: leafHash(event) }, keys);
    expect(stored.payload).toBe(vector.stored_payload);
    expect(stored.userId).toBeUndefined();
    expect([hex(stored.leaf), hex(leafHash(stored))]).toEqual([vector.leaf, vector.leaf]);
    expect(hex(contentHash(stored))).toBe(vector.content);
    expect(decryptEvent(stored, keys)).toMatchObject({ payload: event.payload, userId: event.userId });
  });

  it('hash no more of an encrypted payload as content than its tag', () => {
    for (const vector of events) {
      const { tag } = parseEncrypted(vector.stored_payload) ?? {};
      const payload = `"encrypted:1:${Buffer.from(tag ?? []).toString('base64url')}`;
      expect(hex(contentHash({ ...eventOf(vector), userId: undefined, payload }))).toBe(vector.content);
    }
  });
});

describe('AES-SIV', () => {
  // RFC 5297, appendix A.
  const vectors = [
    {
      name: 'A.1',
      key: 'fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff',
      associated: ['101112131415161718191a1b1c1d1e1f2021222324252627'],
      plaintext: '112233445566778899aabbccddee',
      output: '85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c',
    },
    {
      name: 'A.2',
      key: '7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f',
      associated: [
        '00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100',
        '102030405060708090a0',
        '09f911029d74e35bd84156c5635688c0',
      ],
      plaintext: '7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553',
      output:
        '7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d',
    },
  ];

  it.each(vectors)('gives what $name of RFC 5297 says', ({ key, associated, plaintext, output }) => {
    const cipher = () => aessiv(bytes(key), ...associated.map(bytes));
    expect(hex(cipher().encrypt(bytes(plaintext)))).toBe(output);
    expect(hex(cipher().decrypt(bytes(output)))).toBe(plaintext);
  });
});
