import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { createIngest, type IngestOutcome, type IngestRequest } from '../../../shared/stages/ingest.ts';

const madeId = '0196e0a0-0000-7000-8000-000000000001';
const ingest = createIngest(() => madeId);

const request = (body: string, more: Partial<IngestRequest> = {}): IngestRequest => ({
  body,
  format: 'json',
  consultationId: 'consulta-ñ' as ConsultationId,
  receivedAt: '2026-11-23T10:11:12.345Z',
  idempotencyKey: undefined,
  principal: 'anonymous',
  ...more,
});

const lines = (body: string, more: Partial<IngestRequest> = {}) =>
  ingest.many(request(body, { format: 'ndjson', ...more }));
const describeOutcome = (outcome: IngestOutcome): string =>
  outcome instanceof Error ? `${outcome.tag}: ${outcome.message}` : outcome.payload;

const refusal = (body: string): { tag: string; field: string; message: string } => {
  try {
    ingest.one(request(body));
  } catch (error) {
    if (error instanceof Error && 'tag' in error && 'field' in error) {
      return { tag: String(error.tag), field: String(error.field), message: error.message };
    }
    throw error;
  }
  throw new Error('was accepted');
};

const event = (payload: string, members = ''): string =>
  `{"event_type":"MESSAGE_RECEIVED","payload":${payload}${members}}`;

describe('INGEST of one event', () => {
  it('gives all that was sent, the id in lower case', () => {
    const body = event(
      '{ "n": 1.0 }',
      ',"user_id":"ana","occurred_at":"2026-11-23T10:11:12Z","event_id":"0196E0A0-0000-7000-8000-00000000000A"',
    );
    expect(ingest.one(request(body))).toEqual({
      consultationId: 'consulta-ñ',
      eventId: '0196e0a0-0000-7000-8000-00000000000a',
      eventType: 'MESSAGE_RECEIVED',
      userId: 'ana',
      occurredAt: '2026-11-23T10:11:12Z',
      receivedAt: '2026-11-23T10:11:12.345Z',
      requestIndex: 0,
      payload: '{ "n": 1.0 }',
    });
  });

  it('makes an id where there is none', () => {
    expect(ingest.one(request(event('{}'))).eventId).toBe(madeId);
  });

  it.each([
    '{}',
    '{"a":1.0}',
    '{"a":12345678901234567890}',
    '{"a":1e400}',
    '{"a":1,"a":2}',
    '{"a":"\\ud800"}',
    '{"a":"\\u0000"}',
    '{"é":"😀"}',
    '{\t"a" : [ ] }',
  ])('keeps %s as it is', (payload) => {
    expect(ingest.one(request(event(payload))).payload).toBe(payload);
  });

  it('takes 100 levels and refuses 101', () => {
    const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
    expect(ingest.one(request(event(nested(100)))).payload).toBe(nested(100));
    expect(refusal(event(nested(101)))).toMatchObject({ tag: 'InvalidField', field: 'payload' });
  });

  it.each([
    ['a million brackets in the payload', event('['.repeat(1_000_000))],
    ['a million brackets instead of an event', `{"a":${'['.repeat(1_000_000)}`],
    ['a million objects', `${'{"payload":'.repeat(1_000_000)}`],
  ])('survives %s', (_, body) => {
    expect(refusal(body).message).toContain('deeper than 100');
  });

  it.each([
    ['payload', event('{}', ',"payload":{}')],
    ['payload', event('{}', ',"p\\u0061yload":{}')],
    ['event_type', event('{}', ',"event_type":"MESSAGE_RECEIVED"')],
  ])('refuses a second %s', (field, body) => {
    expect(refusal(body)).toMatchObject({
      tag: 'InvalidField',
      field,
      message: expect.stringContaining('more than once'),
    });
  });

  it.each([
    ['event_type', '{"payload":{}}', 'is missing'],
    ['event_type', '{"event_type":null,"payload":{}}', 'not null'],
    ['payload', '{"event_type":"X"}', 'is missing'],
    ['payload', '{"event_type":"X","payload":"{}"}', 'not a string'],
    ['user_id', event('{}', ',"user_id":null'), 'not null'],
    ['user_id', event('{}', ',"user_id":""'), '1 to 256'],
    ['occurred_at', event('{}', ',"occurred_at":"2025-02-30T00:00:00Z"'), 'its month does not have'],
    ['occurred_at', event('{}', ',"occurred_at":"2025-02-29T00:00:00Z"'), 'its month does not have'],
    ['occurred_at', event('{}', ',"occurred_at":"2025-04-31T00:00:00Z"'), 'its month does not have'],
    ['occurred_at', event('{}', ',"occurred_at":1'), 'not a number'],
    ['event_id', event('{}', ',"event_id":[]'), 'not an array'],
    ['consultation_id', event('{}', ',"consultation_id":"other"'), 'differs'],
    ['colour', event('{}', ',"colour":1'), 'is not a member'],
    ['__proto__', event('{}', ',"__proto__":{}'), 'is not a member'],
    ['body', '"x"', 'not a string'],
    ['body', 'null', 'not null'],
    ['body', '', 'is empty'],
    ['body', ' \n', 'is empty'],
  ])('names %s of %s', (field, body, reason) => {
    const refused = refusal(body);
    expect(refused.field).toBe(field);
    expect(refused.message).toContain(reason);
  });

  it('takes the 29th of February of a leap year, and a leap second', () => {
    for (const time of ['2024-02-29T00:00:00Z', '2000-02-29T00:00:00Z', '2016-12-31T23:59:60Z']) {
      expect(ingest.one(request(event('{}', `,"occurred_at":"${time}"`))).occurredAt).toBe(time);
    }
  });

  it('says where a body stops being JSON, and quotes none of it', () => {
    const refused = refusal('{"event_type":"X",\n "payload":{"secret":tru}}');
    expect(refused).toMatchObject({ tag: 'MalformedBody', field: 'body' });
    expect(refused.message).toContain('line 2, column 22');
    expect(refused.message).not.toContain('tru');
  });
});

describe('INGEST of a batch', () => {
  it('gives each line its outcome and each event its place', async () => {
    const { outcomes } = await lines(`\n${event('{"n":0}')}\r\n\r\n{"event_type":1}\n{broken\n${event('{"n":3}')}`);
    expect(outcomes.map(describeOutcome)).toEqual([
      '{"n":0}',
      expect.stringMatching(/^InvalidField: payload: is missing/),
      expect.stringMatching(/^MalformedBody: body: not JSON at line 1, column 2/),
      '{"n":3}',
    ]);
    expect(outcomes.map((outcome) => (outcome instanceof Error ? -1 : outcome.requestIndex))).toEqual([0, -1, -1, 3]);
  });

  it.each([
    ['[{"event_type":"X","payload":{}},]', 'line 1, column 34: expected an event'],
    ['[{"event_type":"X","payload":{}}\n {"a":1}]', 'line 2, column 2: expected "," or "]"'],
    ['[{"event_type":"X","payload":{}}] x', 'line 1, column 35: expected nothing more'],
    ['[{"event_type":"X","payload":{}},\n{"a":x}]', 'line 2, column 6: expected a value'],
    ['[', 'line 1, column 2: expected an event'],
    ['[]', 'has no events'],
  ])('refuses the array %s as a whole', async (body, message) => {
    await expect(ingest.many(request(body))).rejects.toThrow(message);
  });

  it('refuses an element that is too deep or no object, and reads on behind it', async () => {
    const deep = `{"event_type":"X","payload":${'{"a":'.repeat(100)}{}${'}'.repeat(100)}}`;
    const { outcomes } = await ingest.many(request(`[${deep},[[]],7,${event('{"n":1}')}]`));
    expect(outcomes.map(describeOutcome)).toEqual([
      expect.stringMatching(/^InvalidField: payload: is nested deeper/),
      expect.stringMatching(/^InvalidField: body: .*not an array/),
      expect.stringMatching(/^InvalidField: body: .*not a number/),
      '{"n":1}',
    ]);
  });

  it('refuses NDJSON without an event', async () => {
    await expect(lines('\n \r\n')).rejects.toThrow('has no events');
  });

  it('wants a consultation of each event where the path has none', async () => {
    const { outcomes } = await lines(
      `${event('{}')}\n${event('{}', ',"consultation_id":"a/b"')}\n${event('{}', ',"consultation_id":"c"')}`,
      { consultationId: undefined },
    );
    expect(
      outcomes.map((outcome) =>
        outcome instanceof Error && 'field' in outcome ? outcome.field : describeOutcome(outcome),
      ),
    ).toEqual(['consultation_id', 'consultation_id', '{}']);
  });

  it('gives events without an id the one of the Idempotency-Key, and the others their own', async () => {
    const own = '0196e0a0-0000-7000-8000-00000000000b';
    const body = `${event('{}')}\n${event('{}', `,"event_id":"${own}"`)}\n${event('{}')}`;
    const idsOf = async (more: Partial<IngestRequest>) =>
      (await lines(body, more)).outcomes.map((outcome) => (outcome instanceof Error ? '' : outcome.eventId));
    const first = await idsOf({ idempotencyKey: 'k' });
    expect(first[1]).toBe(own);
    expect(first[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(first).size).toBe(3);
    expect(await idsOf({ idempotencyKey: 'k' })).toEqual(first);
    for (const other of [
      { idempotencyKey: 'l' },
      { idempotencyKey: 'k', principal: 'p' },
      { idempotencyKey: 'k', consultationId: 'd' as ConsultationId },
    ]) {
      expect((await idsOf(other))[0]).not.toBe(first[0]);
    }
  });

  it('reads 10,000 events of 9 MB without keeping the event loop for long', async () => {
    const file = fileURLToPath(new URL('../../../bench/data/events-10k.ndjson.gz', import.meta.url));
    const body = gunzipSync(readFileSync(file)).toString('utf8');
    let turns = 0;
    let running = true;
    const count = (): void => {
      turns++;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    const { outcomes } = await lines(body, { consultationId: undefined });
    running = false;
    expect(outcomes).toHaveLength(10_000);
    expect(outcomes.filter((outcome) => outcome instanceof Error)).toEqual([]);
    // Some 60 ms of work in slices of 4 ms.
    expect(turns).toBeGreaterThan(5);
  });
});
