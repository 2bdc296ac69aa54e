import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IngestedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { findPayload, valueEnd } from '../../../shared/stages/ingest/scan.ts';
import { findSyntaxProblem } from '../../../shared/stages/ingest/syntax.ts';
import { createIngest, type IngestRequest } from '../../../shared/stages/ingest.ts';

const space = fc.stringMatching(/^[ \t\n\r]{0,3}$/);
/** Spaces that may stand in a line of NDJSON. */
const lineSpace = fc.stringMatching(/^[ \t]{0,3}$/);

/** A JSON string's text with whatever may stand in one: escapes of quotes, lone surrogates, NUL, emoji. */
const stringText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\\"',
        '\\\\',
        '\\/',
        '\\b',
        '\\n',
        '\\u0000',
        '\\ud800',
        '\\u0022',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '😀',
        'ñ',
        '\ufeff',
        '\uffff',
        '\u2028',
        'payload',
      ),
      fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text).slice(1, -1)),
    ),
    { maxLength: 6 },
  )
  .map((pieces) => `"${pieces.join('')}"`);

const scalarText = fc.oneof(
  stringText,
  fc.constantFrom('1.0', '-0', '12345678901234567890', '1e400', '1E-7', 'true', 'false', 'null', '0.10'),
);

/** JSON text as no serialiser writes it: any spaces, duplicate keys, `__proto__`, escaped names. */
const jsonText = (blank: fc.Arbitrary<string>) =>
  fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalarText, tie('array'), tie('object')),
    array: fc
      .array(
        fc.tuple(blank, tie('value'), blank).map((parts) => parts.join('')),
        { maxLength: 4 },
      )
      .map((items) => `[${items.join(',')}]`),
    object: fc
      .array(
        fc
          .tuple(
            blank,
            fc.oneof(fc.constantFrom('"a"', '"payload"', '"__proto__"', '"event_type"'), stringText),
            blank,
            blank,
            tie('value'),
            blank,
          )
          .map(
            ([before, name, after, beforeValue, value, end]) => `${before}${name}${after}:${beforeValue}${value}${end}`,
          ),
        { maxLength: 4 },
      )
      .map((members) => `{${members.join(',')}}`),
  }));

/** An event around the payload, its members in any order, the name `payload` perhaps written with an escape. */
const eventAround = (blank: fc.Arbitrary<string>) =>
  fc
    .record({
      payload: jsonText(blank).object,
      name: fc.constantFrom('"payload"', '"p\\u0061yload"', '"\\u0070ayload"'),
      others: fc.shuffledSubarray(['"user_id":"a\\"}{"', '"occurred_at":"2026-11-23T10:11:12Z"']),
      place: fc.nat(3),
      blanks: fc.tuple(blank, blank, blank, blank),
    })
    .map(({ payload, name, others, place, blanks: [a, b, c, d] }) => {
      const members = ['"event_type":"MESSAGE_RECEIVED"', ...others];
      members.splice(Math.min(place, members.length), 0, `${name}${a}:${b}${payload}`);
      return { payload, text: `{${c}${members.join(`${d},${a}`)}${b}}` };
    });

const ingest = createIngest(() => '0196e0a0-0000-7000-8000-000000000001');
const request = (body: string, format: 'json' | 'ndjson'): IngestRequest => ({
  body,
  format,
  consultationId: 'consulta' as ConsultationId,
  receivedAt: '2026-11-23T10:11:12.345Z',
  idempotencyKey: undefined,
  principal: '',
});

const payloads = (outcomes: readonly (IngestedEvent | Error)[]): readonly string[] =>
  outcomes.map((outcome) => (outcome instanceof Error ? outcome.message : outcome.payload));

describe("a payload's text is cut out exactly as sent", () => {
  it('of a single event', () => {
    fc.assert(
      fc.property(eventAround(space), space, space, ({ payload, text }, before, after) => {
        expect(ingest.one(request(before + text + after, 'json')).payload).toBe(payload);
      }),
      { numRuns: 500 },
    );
  });

  it('of each event of an array', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(eventAround(space), space, space), { minLength: 1, maxLength: 8 }),
        space,
        async (events, edge) => {
          const body = `${edge}[${events.map(([{ text }, before, after]) => before + text + after).join(',')}]${edge}`;
          const { outcomes } = await ingest.many(request(body, 'json'));
          expect(payloads(outcomes)).toEqual(events.map(([{ payload }]) => payload));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of each line of NDJSON, blank lines and \\r\\n among them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(eventAround(lineSpace), fc.constantFrom('\n', '\r\n', '\n\n', '\r\n \t\r\n')), {
          minLength: 1,
          maxLength: 8,
        }),
        async (events) => {
          const body = events.map(([{ text }, end]) => text + end).join('');
          const { outcomes } = await ingest.many(request(body, 'ndjson'));
          expect(payloads(outcomes)).toEqual(events.map(([{ payload }]) => payload));
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Text that is mostly, but not always, JSON. */
const nearlyJson = fc.oneof(
  jsonText(space).value,
  fc
    .tuple(
      jsonText(space).value,
      fc.nat(),
      fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '\u0001', 'x'),
    )
    .map(([text, at, piece]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + piece + text.slice(place + 1);
    }),
  fc.string(),
);

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the scanner and JSON.parse agree', () => {
  it('on where a value ends', () => {
    fc.assert(
      fc.property(jsonText(space).value, fc.constantFrom('', ',', ']', '}', ' ,x'), (text, rest) => {
        expect(valueEnd(text + rest, 0, 1_000)).toBe(text.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('on what is JSON: a problem is found exactly where JSON.parse refuses', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        expect(findSyntaxProblem(text) === undefined).toBe(parses(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('ends, without an unforeseen error, on any text', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        try {
          findPayload(text);
        } catch (error) {
          expect(error).toHaveProperty('tag', 'InvalidField');
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
