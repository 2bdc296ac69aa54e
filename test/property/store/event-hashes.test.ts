import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SegmentedEvent } from '../../../shared/domain/event.ts';
import { type ConsultationId, type EventId, parseUuid } from '../../../shared/domain/ids.ts';
import { contentHash, leafHash } from '../../../shared/domain/leaf.ts';
import { EventHashes } from '../../../shared/store/event-hashes/event-hashes.ts';
import { encodeField, FieldCache } from '../../../shared/store/event-hashes/field.ts';
import { TimeField } from '../../../shared/store/event-hashes/time-field.ts';
import { identityKey } from '../../../shared/store/known-ids/identity-key.ts';
import { renderMs } from '../../../shared/store/part/time.ts';

const text = (constraints: fc.StringConstraints = {}) => fc.string({ unit: 'binary', minLength: 1, ...constraints });

const event = fc.record({
  consultationId: text({ maxLength: 40 }).map((id) => id as ConsultationId),
  eventId: fc.uuid({ version: [4, 7] }).map((id) => id as EventId),
  eventType: text({ maxLength: 40 }),
  userId: fc.option(text({ maxLength: 40 }), { nil: undefined }),
  occurredAt: fc.option(text({ maxLength: 40 }), { nil: undefined }),
  receivedAt: fc.constant('2026-11-23T10:11:12.345Z'),
  segment: text({ maxLength: 32 }),
  payload: fc.oneof(
    text({ maxLength: 300 }),
    fc.base64String({ maxLength: 300 }).map((sealed) => `"encrypted:1:abcdefghijklmnopqrstuv.${sealed}"`),
  ),
});

/** The event as it is hashed, with other bytes around its id and its payload. */
const fieldsOf = (each: Omit<SegmentedEvent, 'requestIndex'>) => {
  const eventId = new Uint8Array(48).fill(0xee);
  parseUuid(each.eventId, eventId, 16);
  const payload = Buffer.from(`before${each.payload}behind`);
  return {
    consultationId: encodeField(each.consultationId),
    eventId,
    eventIdAt: 16,
    segment: encodeField(each.segment),
    receivedAt: encodeField(each.receivedAt),
    eventType: encodeField(each.eventType),
    userId: encodeField(each.userId),
    occurredAt: encodeField(each.occurredAt),
    payload,
    payloadFrom: 6,
    payloadTo: payload.length - 6,
  };
};

it('hashes events as they were hashed when they were stored, whichever came before', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 5 }), (events) => {
      const hashes = new EventHashes();
      const count = events.length;
      const [leaves, contents, keys] = [Buffer.alloc(count * 32), Buffer.alloc(count * 16), Buffer.alloc(count * 16)];
      for (const [index, each] of events.entries()) {
        hashes.write(fieldsOf(each), index, leaves, contents, keys);
      }
      for (const [index, each] of events.entries()) {
        const whole = { ...each, requestIndex: 0 };
        const half = [index * 16, index * 16 + 16] as const;
        expect(leaves.subarray(index * 32, index * 32 + 32)).toEqual(Buffer.from(leafHash(whole)));
        expect(contents.subarray(...half)).toEqual(Buffer.from(contentHash(whole)).subarray(0, 16));
        expect(keys.subarray(...half)).toEqual(Buffer.from(identityKey(each.consultationId, each.eventId)));
      }
    }),
  );
});

it('hashes an event that is larger than any before', () => {
  const hashes = new EventHashes();
  const payload = `"${'ä'.repeat(100_000)}"`;
  const each = {
    consultationId: 'c' as ConsultationId,
    eventId: '0196e0a0-0000-7000-8000-000000000001' as EventId,
    eventType: 'T',
    userId: undefined,
    occurredAt: undefined,
    receivedAt: '2026-11-23T10:11:12.345Z',
    requestIndex: 0,
    segment: 's',
    payload,
  };
  const leaf = Buffer.alloc(32);
  hashes.write(fieldsOf(each), 0, leaf, Buffer.alloc(16), Buffer.alloc(16));
  expect(leaf).toEqual(Buffer.from(leafHash(each)));
});

it('renders times as they are rendered elsewhere', () => {
  const near = fc.integer({ min: -8_000_000_000_000, max: 8_000_000_000_000 });
  const times = fc.array(fc.oneof(near, fc.integer({ min: -200_000, max: 200_000 }), fc.constant(253_402_300_800_000)));
  fc.assert(
    fc.property(times, (all) => {
      const field = new TimeField();
      for (const ms of all) expect(Buffer.from(field.of(ms))).toEqual(encodeField(renderMs(ms)));
    }),
  );
});

it('encodes a text that it met before as it did then', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 3 }), { maxLength: 50 }), (texts) => {
      const cache = new FieldCache();
      for (const each of [...texts, ...texts]) expect(cache.get(each)).toEqual(encodeField(each));
    }),
  );
});
