import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../shared/domain/event.ts';
import { consultationIdPattern } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import { matchRoute, tryMatchRoute } from '../../../shared/http/match.ts';
import { consultationIdOf } from '../../../shared/http/path.ts';
import { parseQuery } from '../../../shared/http/query.ts';
import { eventLine, eventText } from '../../../shared/http/read/event-text.ts';
import { idempotentEventId } from '../../../shared/stages/ingest/idempotency.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((given) => given.isWellFormed());

describe('a path parameter', () => {
  it('comes back as it was encoded, whatever it is', () => {
    fc.assert(
      fc.property(text, (id) => {
        expect(matchRoute('POST', `/consultations/${encodeURIComponent(id)}/events`).pathParameters).toEqual({ id });
      }),
    );
  });

  it('never throws anything but an answer', () => {
    fc.assert(
      fc.property(fc.constantFrom('GET', 'POST', 'PUT', ''), fc.string(), (method, rest) => {
        const matched = tryMatchRoute(method, `/consultations/${rest}/events`);
        if (matched instanceof Error) expect([400, 404, 405]).toContain(matched.status);
        else expect(matched.route.path).toMatch(/^\/consultations/);
      }),
    );
  });

  it('is a consultation id exactly when the pattern says so', () => {
    const form = new RegExp(consultationIdPattern, 'u');
    fc.assert(
      fc.property(fc.oneof(text, fc.constantFrom('.', '..', '...', 'a/b', 'a\\b', '\u0000', '\u2028', '')), (id) => {
        const accepted = (() => {
          try {
            return consultationIdOf(id) === id;
          } catch {
            return false;
          }
        })();
        expect(accepted).toBe(form.test(id));
      }),
    );
  });
});

describe('a query', () => {
  it('comes back as it was encoded', () => {
    fc.assert(
      fc.property(text, text, (after, type) => {
        const query = new URLSearchParams({ after, type }).toString();
        expect(parseQuery(query, ['after', 'type'])).toEqual(new Map(Object.entries({ after, type })));
      }),
    );
  });
});

describe('the id of an Idempotency-Key', () => {
  it('is a UUIDv8, the same for the same four, and another when one of them differs or moves into its neighbour', () => {
    const four = fc.tuple(text, text, text, fc.nat(100_000));
    fc.assert(
      fc.property(four, four, (left, right) => {
        const id = idempotentEventId(...left);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(idempotentEventId(...left)).toBe(id);
        if (JSON.stringify(left) !== JSON.stringify(right)) expect(idempotentEventId(...right)).not.toBe(id);
        const [principal, consultation, key, index] = left;
        expect(idempotentEventId(principal + consultation, '', key, index)).not.toBe(id);
        expect(idempotentEventId('', principal + consultation, key, index)).not.toBe(id);
      }),
    );
  });
});

describe('an event as text', () => {
  const stored = fc.record({
    consultation: text,
    user: fc.option(text, { nil: undefined }),
    payload: fc.dictionary(text, fc.jsonValue()),
    gap: fc.nat(4),
  });
  it('is JSON with the payload inside as sent, and one line as NDJSON', () => {
    fc.assert(
      fc.property(stored, ({ consultation, user, payload, gap }) => {
        const event: StoredEvent = {
          consultationId: consultation as ConsultationId,
          eventId: '0196e0a0-0000-7000-8000-000000000001' as EventId,
          eventType: 'X',
          userId: user,
          occurredAt: undefined,
          receivedAt: '2026-11-23T10:11:12.345Z',
          requestIndex: 0,
          segment: 'general',
          payload: JSON.stringify(payload, null, gap),
          leaf: new Uint8Array(32),
          position: undefined,
        };
        const rendered = eventText(event);
        expect(rendered.endsWith(`"payload":${event.payload}}`)).toBe(true);
        const expected = JSON.parse(JSON.stringify({ consultation_id: consultation, user_id: user, payload }));
        expect(JSON.parse(rendered)).toMatchObject(expected);
        const line = eventLine(event);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(JSON.parse(line)).toMatchObject(expected);
      }),
    );
  });
});
