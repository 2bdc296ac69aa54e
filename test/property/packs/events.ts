import fc from 'fast-check';
import { type AcceptedEvent, consultationIdPattern, userIdPattern } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';

const matching = (pattern: string) => {
  const form = new RegExp(pattern, 'u');
  return (text: string): boolean => form.test(text);
};
const isConsultationId = matching(consultationIdPattern);
const isUserId = matching(userIdPattern);

/** Any Unicode text, with what a pack must look out for made likely. */
const text = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({
    maxLength,
    unit: fc.oneof(
      { weight: 4, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\n#', '#{', '\uFFFE', '\uFFFF', '\uFEFF', '"', '\\', '😀') },
    ),
  });

export const consultationId: fc.Arbitrary<ConsultationId> = text(40)
  .filter(isConsultationId)
  .map((id) => id as ConsultationId);

export const eventId: fc.Arbitrary<EventId> = fc.uuid().map((id) => id as EventId);

const time = fc
  .date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** JSON objects written with and without white space, newlines among it, and one large one now and then. */
export const payload: fc.Arbitrary<string> = fc.oneof(
  fc.json({ maxDepth: 3 }).map((json) => `{"a":${json}}`),
  fc
    .tuple(text(60), fc.constantFrom(undefined, '\t', 2))
    .map(([value, indent]) => JSON.stringify({ a: value }, null, indent)),
  text(60).map((value) => `{\r\n\n"raw": ${JSON.stringify(value)}\n\n}`),
  fc.constantFrom('{}', '{"n":1.0,"n":1e400}', '{"lone":"\\ud800"}', `{"large":"${'é'.repeat(5_000)}"}`),
);

/** Events as HASH hands them to ENQUEUE. */
export const acceptedEvent: fc.Arbitrary<AcceptedEvent> = fc
  .record({
    consultationId,
    eventId,
    eventType: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/),
    userId: fc.option(text(40).filter(isUserId), { nil: undefined }),
    occurredAt: fc.option(time, { nil: undefined }),
    receivedAt: time,
    requestIndex: fc.nat(),
    payload,
    segment: fc.constantFrom('clinical', 'audit', 'ségment'),
  })
  .map((event) => ({ ...event, leaf: leafHash(event) }));
