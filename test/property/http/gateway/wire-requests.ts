import fc from 'fast-check';
import type { WireRequest } from './gateways.ts';

/** The escapes of a text's bytes: those that must be, or all of them, in either case. */
const escaped = (text: string, style: 'needed' | 'all' | 'lower'): string => {
  if (style === 'needed') return encodeURIComponent(text);
  const all = [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return style === 'lower' ? all : all.toUpperCase();
};

const styles = fc.constantFrom('needed', 'all', 'lower');

/** Ids that gateways, URLs or we ourselves treat specially. */
const peculiarIds = [
  'a b',
  'a+b',
  '50%',
  '100%25',
  '%41',
  '%2541',
  '%zz',
  'a%20b',
  'café ñ 🫀',
  '.',
  '..',
  'a/b',
  'a\\b',
  'a?b=c',
  'a#b',
  'a&b',
  'a:b;c,d',
  "x'()*!~@$=",
  'a\u0000b',
  'a\nb',
  'a\u2028b',
  'a\u{FFFD}b',
  'events',
  '{id}',
  'c'.repeat(129),
];

export const ids = fc.oneof(
  fc.constantFrom(...peculiarIds),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((id) => id.isWellFormed()),
  fc.stringMatching(/^[\w-]{1,20}$/),
);

const brokenSegments = fc.constantFrom('%', 'a%z', 'a%zzb', '%C3%28', '%c0%80', 'x%E2%82');
const eventIds = fc.oneof(fc.constant('0196e0a0-0000-7000-8000-000000000001'), fc.uuid(), ids);

const segment = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: fc.tuple(text, styles).map(([id, style]) => escaped(id, style)), weight: 9 },
    { arbitrary: brokenSegments, weight: 1 },
  );

const paths = fc.oneof(
  { arbitrary: segment(ids).map((id) => `/consultations/${id}/events`), weight: 12 },
  {
    arbitrary: fc.tuple(segment(ids), segment(eventIds)).map(([id, event]) => `/consultations/${id}/events/${event}`),
    weight: 2,
  },
  { arbitrary: segment(ids).map((id) => `/consultations/${id}`), weight: 1 },
  {
    arbitrary: fc.constantFrom('/', '/events', '/health/live', '/health/ready', '/openapi.json', '/nowhere/x'),
    weight: 4,
  },
);

const queryNames = fc.oneof(
  { arbitrary: fc.constantFrom('limit', 'after', 'type', 'unsealed'), weight: 6 },
  { arbitrary: fc.constantFrom('colour', 'é', 'a b', '__proto__'), weight: 1 },
);
const queryValues = fc.oneof(
  fc.constantFrom('1', '100', '0', '1001', 'true', 'MESSAGE_RECEIVED', '', 'a b', 'a+b', 'a&b=c', '50%', '%41'),
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter((value) => value.isWellFormed()),
);
/** A form writes a space as a plus sign; both are read alike. */
const queryText = (text: string, style: 'form' | 'needed' | 'all' | 'lower'): string =>
  style === 'form' ? escaped(text, 'needed').replaceAll('%20', '+') : escaped(text, style);

/**
 * What is repeated stands together, as it does once a REST API has sorted it by name: of two mistakes in a query, the
 * answer names the first.
 */
const queries = fc
  .uniqueArray(fc.tuple(queryNames, fc.array(fc.option(queryValues), { minLength: 1, maxLength: 2 })), {
    selector: ([name]) => name,
    maxLength: 3,
  })
  .chain((parameters) =>
    fc.constantFrom('form', 'needed', 'all', 'lower').map((style) =>
      parameters
        .flatMap(([name, values]) => values.map((value) => [name, value] as const))
        .map(([name, value]) =>
          value === null ? queryText(name, style) : `${queryText(name, style)}=${queryText(value, style)}`,
        )
        .join('&'),
    ),
  );

const cased = (name: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    name,
    name.toLowerCase(),
    name.toUpperCase(),
    name.replace(/./, (first) => first.toUpperCase()),
  );

const header = (name: string, ...values: readonly string[]): fc.Arbitrary<readonly (readonly [string, string])[]> =>
  fc.option(fc.tuple(cased(name), fc.constantFrom(...values))).map((pair) => (pair === null ? [] : [pair]));

const headers = fc
  .tuple(
    fc.tuple(
      cased('content-type'),
      fc.oneof(
        { arbitrary: fc.constant('application/json'), weight: 3 },
        {
          arbitrary: fc.constantFrom('application/json; charset=UTF-8', 'application/x-ndjson', 'text/plain'),
          weight: 1,
        },
      ),
    ),
    fc.oneof(
      { arbitrary: cased('authorization').map((name) => [[name, 'Bearer good'] as const]), weight: 5 },
      { arbitrary: header('authorization', 'Bearer bad', 'Basic x'), weight: 1 },
    ),
    header('idempotency-key', 'k', 'k 2', 'ñ', 'x'.repeat(300)),
    header('accept', '*/*', 'application/x-ndjson', 'application/x-ndjson;q=0.5'),
    // A second one, in the same letters: node, REST APIs and HTTP APIs each keep both.
    fc.boolean(),
  )
  .map(([contentType, authorization, idempotency, accept, isRepeated]) => [
    contentType,
    ...authorization,
    ...idempotency,
    ...accept,
    ...(isRepeated ? accept.map(([name]) => [name, 'application/json;q=0.1'] as const) : []),
  ]);

const eventId = '0196e0a0-0000-4000-8000-000000000009';
const event = (more = '', payload = '{"n":1.0}'): string =>
  `{"event_type":"MESSAGE_RECEIVED","event_id":"${eventId}","payload":${payload}${more}}`;

const texts = fc.oneof(
  fc.constantFrom(
    event(),
    event(',"consultation_id":"50%"'),
    event('', '{ "é" : "🫀\\u0000\\"" }'),
    `[${event()},{"payload":{}}]`,
    `${event()}\n\nnonsense\r\n${event()}\n`,
    event(',"colour":1'),
    '',
    '{',
    '\u{FEFF}{}',
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => event('', JSON.stringify({ text }))),
);
const bodies = fc.oneof(
  { arbitrary: texts.map((text) => Buffer.from(text)), weight: 6 },
  { arbitrary: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)), weight: 1 },
  {
    arbitrary: fc.constantFrom([0xc3, 0x28], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xff]).map((bytes) => {
      const [before = '', after = ''] = event('', '{"a":"|"}').split('|');
      return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
    }),
    weight: 1,
  },
);

/** Requests of all kinds, most of them to a route of ours. */
export const wireRequests: fc.Arbitrary<WireRequest> = fc.record({
  method: fc.oneof(
    { arbitrary: fc.constantFrom('GET', 'POST', 'POST'), weight: 9 },
    { arbitrary: fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'), weight: 1 },
  ),
  path: paths,
  query: fc.oneof({ arbitrary: fc.constant(''), weight: 3 }, { arbitrary: queries, weight: 1 }),
  headers,
  body: bodies,
});
