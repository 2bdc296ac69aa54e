import fc from 'fast-check';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import { timePattern } from '../../../shared/domain/event.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';
import { acceptedEvent } from '../packs/events.ts';

const two = (min: number, max: number) => fc.integer({ min, max }).map((number) => String(number).padStart(2, '0'));

/** Any time that RFC 3339 allows: other offsets, other letters, more or fewer digits, leap seconds, every year of four digits. */
const anyTime: fc.Arbitrary<string> = fc
  .tuple(
    fc.integer({ min: 0, max: 9_999 }).map((year) => String(year).padStart(4, '0')),
    two(1, 12),
    two(1, 28),
    fc.constantFrom('T', 't'),
    two(0, 23),
    two(0, 59),
    two(0, 60),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,12}$/)),
    fc.oneof(
      fc.constantFrom('Z', 'z', '-00:00'),
      fc
        .tuple(fc.constantFrom('+', '-'), two(0, 23), two(0, 59))
        .map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
    ),
  )
  .map(
    ([year, month, day, letter, hour, minute, second, fraction, offset]) =>
      `${year}-${month}-${day}${letter}${hour}:${minute}:${second}${fraction}${offset}`,
  )
  .filter((time) => new RegExp(timePattern).test(time));

/** What a reader of padded strings, or of strings with byte order marks, would change. */
const edged = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('', ' ', '\uFEFF'), text, fc.constantFrom('', ' ', '  ', '\uFEFF'))
    .map((parts) => parts.join(''));

/** Any event that INGEST lets through. */
export const validEvent: fc.Arbitrary<AcceptedEvent> = fc
  .tuple(
    acceptedEvent,
    fc.option(
      fc.oneof(
        anyTime,
        fc
          .date({ noInvalidDate: true, min: new Date('0000-01-01'), max: new Date('9999-12-31') })
          .map((date) => date.toISOString()),
      ),
      { nil: undefined },
    ),
    fc.option(edged(fc.constantFrom('ana', 'ñandú', '🩺', '.')), { nil: undefined }),
  )
  .map(([event, occurredAt, userId]) => {
    const changed = { ...event, occurredAt, userId: userId ?? event.userId };
    return { ...changed, leaf: new Uint8Array(leafHash(changed)) };
  });
