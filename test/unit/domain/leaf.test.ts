import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SegmentedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import { contentHash, leafHash } from '../../../shared/domain/leaf.ts';

const event: SegmentedEvent = {
  consultationId: 'consulta-ñ' as ConsultationId,
  eventId: '0196e0a0-0000-7000-8000-000000000001' as EventId,
  segment: 'conversation',
  receivedAt: '2026-11-23T10:11:12.345Z',
  eventType: 'MESSAGE_RECEIVED',
  userId: undefined,
  occurredAt: '2026-11-23T10:11:12Z',
  requestIndex: 3,
  payload: '{"n": 1.0}',
};

/** The rule of the TSDoc, written a second time in the plainest way. */
const byTheRule = (fields: readonly (string | undefined)[]): string => {
  const digest = createHash('sha256').update(Uint8Array.of(0));
  for (const field of fields) {
    const bytes = Buffer.from(field ?? '', 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field === undefined ? 0xffff_ffff : bytes.length);
    digest.update(length).update(bytes);
  }
  return digest.digest('hex');
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('leafHash', () => {
  it('hashes every field in order, length-prefixed, an absent one as the largest length', () => {
    expect(hex(leafHash(event))).toBe(
      byTheRule([
        'fi-events/1',
        event.consultationId,
        event.eventId,
        event.segment,
        event.receivedAt,
        event.eventType,
        undefined,
        event.occurredAt,
        event.payload,
      ]),
    );
  });

  it('grows for payloads larger than its scratch space', () => {
    const payload = `{"text":"${'é😀'.repeat(100_000)}"}`;
    const large = { ...event, payload };
    expect(hex(contentHash(large))).toBe(
      byTheRule([
        'fi-events/1',
        event.consultationId,
        event.eventId,
        event.eventType,
        undefined,
        event.occurredAt,
        payload,
      ]),
    );
  });

  it.each<Partial<SegmentedEvent>>([
    { consultationId: 'other' as ConsultationId },
    { eventId: '0196e0a0-0000-7000-8000-000000000002' as EventId },
    { segment: 'vitals' },
    { receivedAt: '2026-11-23T10:11:12.346Z' },
    { eventType: 'MESSAGE_SENT' },
    { userId: '' },
    { occurredAt: undefined },
    { payload: '{"n": 1}' },
  ])('changes with %o', (change) => {
    expect(hex(leafHash({ ...event, ...change }))).not.toBe(hex(leafHash(event)));
  });
});

describe('contentHash', () => {
  it('leaves out what differs between two arrivals of one event', () => {
    expect(
      hex(contentHash({ ...event, segment: 'other', receivedAt: 'later', requestIndex: 9 } as SegmentedEvent)),
    ).toBe(hex(contentHash(event)));
  });
});
