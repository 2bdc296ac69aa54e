import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/ingest.ts';
import { type Config, loadConfig } from '../../../shared/config.ts';
import { QueueUnavailable } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, MessageId } from '../../../shared/domain/ids.ts';
import { createKey } from '../../../shared/http/auth/change-keys.ts';
import type { HttpAnswer } from '../../../shared/http/request.ts';
import { openOrMakeKeyStore } from '../../../shared/key-store/open.ts';
import { decodePack } from '../../../shared/queue/packs/decode.ts';
import type { OutgoingMessage, Queue, SendResult } from '../../../shared/queue/port.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { eventsAccepted, eventsFailed, ingestLatency } from '../../../shared/telemetry/metrics.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { expectDocumented } from './contract.ts';
import { type AcceptedBatch, bodyOf, gatewayEvent, type Problem, type RefusedBatch, type Sent } from './request.ts';

const root = mkdtempSync(path.join(tmpdir(), 'fi-ingest-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A queue that keeps what it is sent, unless the test says what becomes of a call. */
const keepingQueue = () => {
  const bodies: string[] = [];
  const state: { depth: number; send: ((messages: readonly OutgoingMessage[]) => readonly SendResult[]) | undefined } =
    { depth: 0, send: undefined };
  const queue: Queue = {
    name: 'fi-events',
    sendBatch: async (messages) => {
      if (state.send) return state.send(messages);
      return messages.map(
        ({ body }): SendResult => ({ status: 'sent', messageId: `m${bodies.push(body)}` as MessageId }),
      );
    },
    receive: async () => [],
    deleteBatch: async () => [],
    changeVisibility: async () => [],
    depth: async () => ({ visible: state.depth, inFlight: 0, delayed: 0 }),
    close: async () => {},
  };
  return { queue, state, events: (): readonly AcceptedEvent[] => bodies.flatMap((body) => decodePack(body).events) };
};

let folders = 0;
const setup = async (settings: Readonly<Record<string, string>> = {}, consultations?: readonly string[]) => {
  const folder = path.join(root, String(folders++));
  const config: Config = loadConfig({
    FI_STORE_DIR: path.join(folder, 'store'),
    FI_KEYS_FILE: path.join(folder, 'keys.json'),
    FI_MIN_FREE_BYTES: '0',
    ...settings,
  });
  const key =
    consultations &&
    (await createKey(config.keysFile, { consultations, actions: ['append'], nowMs: 0, logger: silentLogger })).key;
  const kept = keepingQueue();
  const handler = createHandler(await createWiring(config, { queue: kept.queue, logger: silentLogger }).ingest());
  const post = async (sent: Partial<Sent> & Pick<Sent, 'body'>): Promise<HttpAnswer> => {
    const request = gatewayEvent({
      method: 'POST',
      target: '/consultations/c1/events',
      ...sent,
      headers: {
        'content-type': 'application/json',
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...sent.headers,
      },
    });
    const answer = await handler(request);
    expectDocumented(request, answer);
    return answer;
  };
  const lines = { 'content-type': 'application/x-ndjson' };
  return { post, lines, config, ...kept };
};

const event = (payload = '{}', members = ''): string =>
  `{"event_type":"MESSAGE_RECEIVED","payload":${payload}${members}}`;
const failures = async (errorType: string): Promise<number> =>
  (await eventsFailed.get()).values.find(({ labels }) => labels.error_type === errorType)?.value ?? 0;

afterEach(() => {
  eventsFailed.reset();
  eventsAccepted.reset();
});

describe('POST accepts', () => {
  it('one event', async () => {
    const { post, events } = await setup();
    const answer = await post({ body: event('{ "n": 1.0 }', ',"user_id":"ana"') });
    expect(answer).toMatchObject({ statusCode: 202, headers: { 'content-type': 'application/json' } });
    const { event_id } = bodyOf<{ event_id: string }>(answer);
    expect(bodyOf(answer)).toEqual({
      status: 'accepted',
      message_id: 'm1',
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(events()).toMatchObject([
      { consultationId: 'c1', eventId: event_id, userId: 'ana', segment: 'conversation', payload: '{ "n": 1.0 }' },
    ]);
    expect((await eventsAccepted.get()).values[0]?.value).toBe(1);
  });

  it('one event at POST /events, which names its consultation', async () => {
    const { post, events } = await setup();
    expect(await post({ target: '/events', body: event('{}', ',"consultation_id":"c9"') })).toMatchObject({
      statusCode: 202,
    });
    expect(events()).toMatchObject([{ consultationId: 'c9' }]);
  });

  it('an array and NDJSON, with an answer for each event', async () => {
    const { post, lines, events } = await setup();
    const array = bodyOf<AcceptedBatch>(
      await post({ body: `[${event('{"n":0}')},{"payload":{}},${event('{"n":2}')}]` }),
    );
    const ndjson = bodyOf<AcceptedBatch>(
      await post({ headers: lines, body: `${event('{"n":0}')}\n\nnonsense\r\n${event('{"n":2}')}` }),
    );
    for (const [answer, messageId, refused] of [
      [array, 'm1', { field: 'event_type' }],
      [ndjson, 'm2', { field: 'body' }],
    ] as const) {
      expect(answer).toMatchObject({
        accepted: 2,
        message_ids: [messageId],
        event_ids: [expect.any(String), null, expect.any(String)],
        rejected: [{ index: 1, problem: { status: 400, ...refused } }],
      });
    }
    expect(events().map(({ payload, requestIndex }) => [payload, requestIndex])).toEqual([
      ['{"n":0}', 0],
      ['{"n":2}', 2],
      ['{"n":0}', 0],
      ['{"n":2}', 2],
    ]);
  });

  it('a batch larger than a pack, which becomes several messages', async () => {
    const { post, lines } = await setup({ FI_PACK_BYTES: '2048' });
    const body = Array.from({ length: 5 }, () => event(`{"a":"${'x'.repeat(900)}"}`)).join('\n');
    const answer = bodyOf<AcceptedBatch>(await post({ headers: lines, body }));
    expect([answer.accepted, answer.message_ids.length]).toEqual([5, 5]);
  });

  it('bytes that a gateway sent as base64, a charset, and a percent-encoded consultation', async () => {
    const { post, events } = await setup();
    const body = Buffer.from(event('{"é":"😀"}'));
    await post({
      target: '/consultations/consulta%20%C3%B1/events',
      headers: { 'content-type': 'application/json; charset=UTF-8' },
      body,
    });
    expect(events()).toMatchObject([{ consultationId: 'consulta ñ', payload: '{"é":"😀"}' }]);
  });

  it('the same ids for the same Idempotency-Key', async () => {
    const { post } = await setup();
    const send = async () =>
      bodyOf<{ event_id: string }>(await post({ headers: { 'idempotency-key': 'k 1' }, body: event() })).event_id;
    expect(await send()).toBe(await send());
  });

  it('and times each stage once a request', async () => {
    const { post, lines } = await setup();
    const counts = async () =>
      Object.fromEntries(
        (await ingestLatency.get()).values
          .filter(({ metricName }) => metricName?.endsWith('_count'))
          .map(({ labels, value }) => [labels.stage, value]),
      );
    const before = await counts();
    await post({ body: event() });
    await post({ headers: lines, body: `${event()}\n${event()}` });
    const after = await counts();
    for (const stage of ['INGEST', 'SEGMENT', 'HASH', 'ENQUEUE'])
      expect((after[stage] ?? 0) - (before[stage] ?? 0), stage).toBe(2);
  });
});

const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;

/** Issue 3, item 11: what is refused, with which status, naming which field. */
const refusals: Readonly<Record<string, readonly [Partial<Sent> & Pick<Sent, 'body'>, number, string]>> = {
  'malformed JSON': [{ body: '{"event_type":' }, 400, 'body'],
  'an empty body': [{ body: '' }, 400, 'body'],
  'invalid UTF-8': [{ body: Buffer.from([0x7b, 0xc3, 0x28, 0x7d]) }, 400, 'body'],
  'a wrong type': [{ body: '{"event_type":1,"payload":{}}' }, 400, 'event_type'],
  'null for an optional member': [{ body: event('{}', ',"user_id":null') }, 400, 'user_id'],
  'a missing member': [{ body: '{"event_type":"X"}' }, 400, 'payload'],
  'an unknown member': [{ body: event('{}', ',"colour":1') }, 400, 'colour'],
  'a repeated member': [{ body: event('{}', ',"payload":{}') }, 400, 'payload'],
  'an event type against its pattern': [{ body: '{"event_type":"x","payload":{}}' }, 400, 'event_type'],
  'an id that is no UUID': [{ body: event('{}', ',"event_id":"1"') }, 400, 'event_id'],
  'a time that is not RFC 3339': [{ body: event('{}', ',"occurred_at":"2026-11-23"') }, 400, 'occurred_at'],
  'a day that is in no calendar': [{ body: event('{}', ',"occurred_at":"2025-02-30T00:00:00Z"') }, 400, 'occurred_at'],
  'a payload of 101 levels': [{ body: event(nested(101)) }, 400, 'payload'],
  'a consultation id that is too long': [
    { target: `/consultations/${'c'.repeat(129)}/events`, body: event() },
    400,
    'consultation_id',
  ],
  'a consultation id with a slash': [{ target: '/consultations/a%2Fb/events', body: event() }, 400, 'consultation_id'],
  'a consultation id with a backslash': [
    { target: '/consultations/a%5Cb/events', body: event() },
    400,
    'consultation_id',
  ],
  'a consultation id that is a folder': [
    { target: '/consultations/%2E%2E/events', body: event() },
    400,
    'consultation_id',
  ],
  'a consultation id with a control character': [
    { target: '/consultations/a%00/events', body: event() },
    400,
    'consultation_id',
  ],
  'an empty consultation id': [{ target: '/consultations//events', body: event() }, 400, 'consultation_id'],
  "a consultation id that is not the path's": [
    { body: event('{}', ',"consultation_id":"c2"') },
    400,
    'consultation_id',
  ],
  'a missing consultation id': [{ target: '/events', body: event() }, 400, 'consultation_id'],
  'a body over the limit, in bytes': [{ body: event(`{"a":"${'é'.repeat(600)}"}`) }, 413, 'body'],
  'another content type': [{ headers: { 'content-type': 'text/plain' }, body: event() }, 415, 'Content-Type'],
  'another charset': [
    { headers: { 'content-type': 'application/json; charset=utf-16' }, body: event() },
    415,
    'Content-Type',
  ],
  'an Idempotency-Key that is too long': [
    { headers: { 'idempotency-key': 'k'.repeat(256) }, body: event() },
    400,
    'Idempotency-Key',
  ],
  'an empty Idempotency-Key': [{ headers: { 'idempotency-key': '' }, body: event() }, 400, 'Idempotency-Key'],
  'a query parameter': [{ target: '/consultations/c1/events?limit=1', body: event() }, 400, 'limit'],
  'an array that is cut off': [{ body: `[${event()}` }, 400, 'body'],
  'an empty array': [{ body: '[]' }, 400, 'body'],
};

describe('POST refuses', () => {
  it.each(Object.entries(refusals))('%s, naming the field, and counts it', async (_, [sent, status, field]) => {
    const { post, events } = await setup({ FI_MAX_BODY_BYTES: '1200' });
    const answer = await post(sent);
    expect(answer).toMatchObject({ statusCode: status, headers: { 'content-type': 'application/problem+json' } });
    const problem = bodyOf<Problem>(answer);
    expect(problem).toMatchObject({ status, field, instance: 'urn:fi-events:request:request%201' });
    expect(problem.detail).toContain(field);
    expect(problem.type).toMatch(/^urn:fi-events:problem:[a-z-]+$/);
    expect(events()).toEqual([]);
    expect((await eventsFailed.get()).values.map(({ value }) => value)).toEqual([1]);
  });

  it('a batch of which no event is good, each with its reason', async () => {
    const { post, lines } = await setup();
    const answer = await post({ headers: lines, body: '{"payload":{}}\nx' });
    expect(answer.statusCode).toBe(400);
    expect(bodyOf<RefusedBatch>(answer).rejected.map(({ index, problem }) => [index, problem.field])).toEqual([
      [0, 'event_type'],
      [1, 'body'],
    ]);
  });

  it('an event that fits no message with 413, alone and in a batch', async () => {
    const { post } = await setup();
    const large = event(`{"a":"${'x'.repeat(1_048_576)}"}`);
    expect(bodyOf<Problem>(await post({ body: large }))).toMatchObject({ status: 413, field: 'payload' });
    expect((await post({ body: `[${large}]` })).statusCode).toBe(413);
    expect(bodyOf<AcceptedBatch>(await post({ body: `[${large},${event()}]` }))).toMatchObject({
      accepted: 1,
      rejected: [{ index: 0, problem: { status: 413 } }],
    });
  });

  it('with 503 and Retry-After when the queue is down, and never with a 202', async () => {
    const { post, state } = await setup();
    state.send = () => {
      throw new QueueUnavailable('down', { retryAfterSeconds: 7 });
    };
    for (const body of [event(), `[${event()},${event()}]`]) {
      expect(await post({ body })).toMatchObject({ statusCode: 503, headers: { 'retry-after': '7' } });
    }
    expect(await failures('QueueUnavailable')).toBe(3);
  });

  it('exactly the events whose messages the queue did not take', async () => {
    const { post, state, lines } = await setup({ FI_PACK_BYTES: '2048' });
    state.send = (messages) =>
      messages.map(
        ({ body }): SendResult =>
          body.includes('unlucky')
            ? { status: 'failed', code: 'InternalError', message: '', senderFault: false }
            : { status: 'sent', messageId: 'm' as MessageId },
      );
    const filler = 'x'.repeat(1_500);
    const body = [event(`{"a":"${filler}"}`), event(`{"unlucky":"${filler}"}`), event(`{"b":"${filler}"}`)].join('\n');
    expect(bodyOf<AcceptedBatch>(await post({ headers: lines, body }))).toMatchObject({
      accepted: 2,
      event_ids: [expect.any(String), null, expect.any(String)],
      rejected: [{ index: 1, problem: { status: 503 } }],
    });
  });

  it('with 429 when too much is waiting, and with 503 when the store has no room', async () => {
    const full = await setup({ FI_MAX_QUEUE_MESSAGES: '1' });
    full.state.depth = 2;
    expect(await full.post({ body: event() })).toMatchObject({ statusCode: 429, headers: { 'retry-after': '5' } });
    const { post } = await setup({ FI_MIN_FREE_BYTES: String(2 ** 50) });
    expect(await post({ body: event() })).toMatchObject({ statusCode: 503, headers: { 'retry-after': '10' } });
  });
});

describe('POST with keys', () => {
  it('needs one', async () => {
    const { post } = await setup({}, ['abc*']);
    const answer = await post({ headers: { authorization: 'Bearer nonsense' }, body: event() });
    expect(answer).toMatchObject({ statusCode: 401, headers: { 'www-authenticate': 'Bearer realm="fi-events"' } });
    expect(bodyOf<Problem>(answer).field).toBe('Authorization');
  });

  it('is authorised for the consultation of the path', async () => {
    const { post, events } = await setup({}, ['abc*']);
    const refused = await post({ target: '/consultations/xyz/events', body: event() });
    expect(refused.statusCode).toBe(403);
    expect(bodyOf<Problem>(refused).detail).toContain('xyz');
    expect((await post({ target: '/consultations/abcd/events', body: event() })).statusCode).toBe(202);
    expect(events()).toHaveLength(1);
  });

  it('is authorised event by event at POST /events', async () => {
    const { post, lines, events } = await setup({}, ['abc*']);
    const of = (id: string): string => event('{}', `,"consultation_id":"${id}"`);
    const some = await post({
      target: '/events',
      headers: lines,
      body: [of('abc1'), of('x'), of('abc2'), of('x')].join('\n'),
    });
    expect(bodyOf<AcceptedBatch>(some)).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 1, problem: { status: 403 } },
        { index: 3, problem: { status: 403 } },
      ],
    });
    expect((await post({ target: '/events', headers: lines, body: of('x') })).statusCode).toBe(403);
    expect((await post({ target: '/events', body: of('x') })).statusCode).toBe(403);
    expect(events().map(({ consultationId }) => consultationId)).toEqual(['abc1', 'abc2']);
  });
});

describe('POST refuses the events of an erased consultation', () => {
  const erase = async ({ keyStoreDir: folder, masterKeyFile }: Config, consultation: string): Promise<void> => {
    const keys = await openOrMakeKeyStore({ folder, masterKeyFile });
    await keys.erase(consultation as ConsultationId, { erasedBy: 'ana', reason: 'asked to' });
  };
  const encrypted = async () => {
    const folder = path.join(root, `keys-${folders}`);
    const [FI_KEY_STORE_DIR, FI_MASTER_KEY_FILE] = [path.join(folder, 'store'), path.join(folder, 'master-key')];
    const service = await setup({ FI_ENCRYPTION: 'consultation', FI_KEY_STORE_DIR, FI_MASTER_KEY_FILE });
    await erase(service.config, 'gone');
    return service;
  };

  it('one event, and not that of another', async () => {
    const { post, events } = await encrypted();
    const refused = await post({ target: '/consultations/gone/events', body: event() });
    expect(refused.statusCode).toBe(410);
    expect(bodyOf<Problem>(refused)).toMatchObject({
      type: 'urn:fi-events:problem:consultation-erased',
      field: 'consultation_id',
    });
    expect(events()).toEqual([]);
    expect(await failures('ConsultationErased')).toBe(1);
    expect((await post({ target: '/consultations/here/events', body: event() })).statusCode).toBe(202);
  });

  it('of a batch, those of it alone', async () => {
    const { post, lines, events } = await encrypted();
    const member = (id: string) => `,"consultation_id":"${id}"`;
    const body = [event('{}', member('here')), event('{}', member('gone')), event('{}', member('here'))].join('\n');
    const answer = bodyOf<AcceptedBatch>(await post({ target: '/events', headers: lines, body }));
    expect(answer).toMatchObject({ accepted: 2, rejected: [{ index: 1, problem: { status: 410 } }] });
    expect(events().map(({ consultationId }) => consultationId)).toEqual(['here', 'here']);
    expect((await post({ target: '/consultations/gone/events', headers: lines, body: event() })).statusCode).toBe(410);
  });

  it('with a 503 while the key store can not be read', async () => {
    const { post, config } = await encrypted();
    rmSync(path.join(config.keyStoreDir, 'keys'), { recursive: true });
    writeFileSync(path.join(config.keyStoreDir, 'keys'), 'no folder');
    expect((await post({ target: '/consultations/here/events', body: event() })).statusCode).toBe(503);
  });
});
