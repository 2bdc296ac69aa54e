import { describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/read.ts';
import { EventExpired, InvalidField, Unauthenticated } from '../../../shared/domain/errors.ts';
import type { StoredEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import type { KeyRing } from '../../../shared/http/auth/key-ring.ts';
import { anonymous, keyPrincipal } from '../../../shared/http/auth/principal.ts';
import type { ConsultationQuery, EventFeed, EventReader, FeedQuery } from '../../../shared/store/port.ts';
import { decodePosition, encodeCursor } from '../../../shared/store/read/cursor.ts';
import { type LogFields, type Logger, silentLogger } from '../../../shared/telemetry/log.ts';
import { expectDocumented } from './contract.ts';
import { bodyOf, gatewayEvent, type Problem } from './request.ts';

const eventId = (number: number): EventId => `0196e0a0-0000-7000-8000-${String(number).padStart(12, '0')}` as EventId;

const stored = (number: number, payload = `{"n":${number}}`, more: Partial<StoredEvent> = {}): StoredEvent => ({
  consultationId: 'c"1' as ConsultationId,
  eventId: eventId(number),
  eventType: 'MESSAGE_RECEIVED',
  userId: undefined,
  occurredAt: undefined,
  receivedAt: '2026-11-23T10:11:12.345Z',
  requestIndex: 0,
  segment: 'conversation',
  payload,
  leaf: new Uint8Array(32),
  position: undefined,
  ...more,
});

const open: KeyRing = { required: () => false, authenticate: () => anonymous };

/** A feed over a list, whose positions are places in it. */
const listFeed = (events: readonly StoredEvent[]): EventFeed & { readonly queries: FeedQuery[] } => {
  const queries: FeedQuery[] = [];
  return {
    queries,
    feed: async (query) => {
      queries.push(query);
      const from = query.after === undefined ? 0 : decodePosition(query.after) + 1;
      const to = Math.min(events.length, from + query.limit);
      const shown = events.slice(from, to).filter(({ consultationId }) => query.mayRead?.(consultationId) ?? true);
      return { events: shown, next: encodeCursor({ position: to - 1, unsealedId: '' }), more: to < events.length };
    },
    sealedCount: async () => events.length,
  };
};

/** A reader over a list; its cursors are the number of events before them. */
const listReader = (events: readonly StoredEvent[]): EventReader & { readonly queries: ConsultationQuery[] } => {
  const queries: ConsultationQuery[] = [];
  return {
    queries,
    byConsultation: async (query) => {
      queries.push(query);
      const from = Number(query.after ?? 0);
      if (!Number.isInteger(from)) throw new InvalidField('after', 'is not a cursor of ours');
      const to = from + query.limit;
      return { events: events.slice(from, to), next: to < events.length ? String(to) : undefined, sealedUpTo: -1 };
    },
    byId: async (_, id) => events.find((event) => event.eventId === id),
    proofOf: async (_, id) => {
      const event = events.find(({ eventId }) => eventId === id);
      if (event === undefined) return { kind: 'absent' };
      return event.position === undefined ? { kind: 'unsealed' } : { kind: 'proven', text: 'c2sp.org/tlog-proof@v1\n' };
    },
  };
};

const setup = (events: readonly StoredEvent[], keys = open, logger: Logger = silentLogger) => {
  const reader = listReader(events);
  const feed = listFeed(events);
  const handler = createHandler({ reader, feed, stored: reader, keys, logger });
  const get = async (target: string, headers: Readonly<Record<string, string>> = {}) => {
    const request = gatewayEvent({ method: 'GET', target, headers });
    const answer = await handler(request);
    expectDocumented(request, answer);
    return answer;
  };
  return { get, reader, feed };
};

const path = '/consultations/c%221/events';

describe('GET events', () => {
  it('shows each event with all its members, the payload as it was sent', async () => {
    const payload = '{ "a": 1.0, "a": 12345678901234567890 }';
    const sealed = stored(1, payload, { userId: 'a"b', occurredAt: '2026-11-23T10:11:12+01:00', position: 7 });
    const { get } = setup([sealed, stored(2)]);
    const { body } = await get(path);
    expect(body).toContain(`"payload":${payload}}`);
    expect(JSON.parse(body)).toMatchObject({
      events: [
        {
          event_id: eventId(1),
          consultation_id: 'c"1',
          event_type: 'MESSAGE_RECEIVED',
          user_id: 'a"b',
          occurred_at: '2026-11-23T10:11:12+01:00',
          received_at: '2026-11-23T10:11:12.345Z',
          segment: 'conversation',
          sealed: true,
          position: 7,
        },
        { event_id: eventId(2), sealed: false },
      ],
      next: null,
    });
  });

  it('asks the store for what the query says, and hands its cursor on', async () => {
    const { get, reader } = setup([stored(1), stored(2), stored(3)]);
    const first = bodyOf<{ next: string }>(await get(`${path}?limit=2&type=MESSAGE_RECEIVED&unsealed=true`));
    expect(first.next).toBe('2');
    await get(`${path}?after=2`);
    expect(reader.queries).toEqual([
      { consultationId: 'c"1', limit: 2, eventType: 'MESSAGE_RECEIVED', includeUnsealed: true },
      { consultationId: 'c"1', limit: 100, includeUnsealed: false, after: '2' },
    ]);
  });

  it('says which damaged parts it may lack events of', async () => {
    const reader: EventReader = {
      byConsultation: async () => ({
        events: [stored(1)],
        next: undefined,
        sealedUpTo: -1,
        unreadable: ['level0/a/x.h5'],
      }),
      byId: async () => undefined,
      proofOf: async () => ({ kind: 'absent' }),
    };
    const handler = createHandler({ reader, feed: listFeed([]), stored: reader, keys: open, logger: silentLogger });
    const request = gatewayEvent({ method: 'GET', target: path });
    const answer = await handler(request);
    expectDocumented(request, answer);
    expect(bodyOf(answer)).toMatchObject({ next: null, unreadable: ['level0/a/x.h5'] });
    const lines = await handler(
      gatewayEvent({ method: 'GET', target: path, headers: { accept: 'application/x-ndjson' } }),
    );
    expect(lines.headers).toMatchObject({ 'fi-unreadable': 'level0/a/x.h5' });
  });

  it('as NDJSON is one event a line, whatever breaks the payload has, and the cursor in a header', async () => {
    const { get } = setup([stored(1, '{\r\n"a":\n"b\\n"}'), stored(2)]);
    const answer = await get(`${path}?limit=1`, { accept: 'application/x-ndjson' });
    expect(answer.headers).toEqual({ 'content-type': 'application/x-ndjson', 'fi-next': '1' });
    expect(answer.body.split('\n')).toHaveLength(2);
    expect(JSON.parse(answer.body)).toMatchObject({ payload: { a: 'b\n' } });
    expect((await get(`${path}?after=1`, { accept: 'application/x-ndjson' })).headers).not.toHaveProperty('fi-next');
  });

  it('ends a page before it gets larger than a Lambda may answer, and the cursor is right', async () => {
    const large = (number: number): StoredEvent => stored(number, `{"a":"${'"'.replace('"', 'é').repeat(500_000)}"}`);
    const { get } = setup([large(1), large(2), large(3), large(4)]);
    const first = await get(`${path}?limit=4`);
    expect(Buffer.byteLength(JSON.stringify(first.body))).toBeLessThan(6 * 1024 * 1024);
    const page = bodyOf<{ events: readonly { event_id: string }[]; next: string }>(first);
    expect([page.events.length, page.next]).toEqual([2, '2']);
    const second = bodyOf<{ events: readonly { event_id: string }[] }>(await get(`${path}?after=2`));
    expect(second.events.map((event) => event.event_id)).toEqual([eventId(3), eventId(4)]);
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=1001', 'limit'],
    ['?after=nonsense', 'after'],
    ['?type=lower', 'type'],
    ['?unsealed=1', 'unsealed'],
    ['?colour=red', 'colour'],
    ['?limit=1&limit=2', 'limit'],
    ['/nonsense', 'event_id'],
    [`/${eventId(1)}?limit=1`, 'limit'],
  ])('refuses %s and names %s', async (rest, field) => {
    const { get } = setup([]);
    const answer = await get(path + rest);
    expect(answer.statusCode).toBe(400);
    expect(bodyOf<Problem>(answer).field).toBe(field);
  });

  it('one by its id, in either case, or 404 naming it', async () => {
    const { get } = setup([stored(10)]);
    expect(bodyOf(await get(`${path}/${eventId(10).toUpperCase()}`))).toMatchObject({
      event_id: eventId(10),
      payload: { n: 10 },
    });
    const missing = await get(`${path}/${eventId(11)}`);
    expect([missing.statusCode, bodyOf<Problem>(missing).field]).toEqual([404, 'event_id']);
  });

  it('says of one whose retention is over since when it is gone, and why', async () => {
    const reader: EventReader = {
      ...listReader([]),
      byId: async () => {
        throw new EventExpired(eventId(1), {
          segment: 'audio',
          retentionDays: 30,
          expiredAt: '2026-11-25T00:00:00.000Z',
        });
      },
    };
    const handler = createHandler({ reader, feed: listFeed([]), stored: reader, keys: open, logger: silentLogger });
    const request = gatewayEvent({ method: 'GET', target: `${path}/${eventId(1)}` });
    const answer = await handler(request);
    expectDocumented(request, answer);
    expect(answer.statusCode).toBe(410);
    expect(bodyOf(answer)).toMatchObject({
      type: 'urn:fi-events:problem:event-expired',
      field: 'event_id',
      detail: expect.stringMatching(/dropped at 2026-11-25T00:00:00.000Z: the segment audio is kept for 30 days/),
    });
  });

  it('proves one that is sealed, and says of others that they are not, or not there', async () => {
    const sealed = { ...stored(1), position: 7 };
    const { get } = setup([sealed, stored(2)]);
    const proof = await get(`${path}/${sealed.eventId.toUpperCase()}/proof`);
    expect([proof.statusCode, proof.body]).toEqual([200, 'c2sp.org/tlog-proof@v1\n']);
    const early = await get(`${path}/${stored(2).eventId}/proof`);
    expect([early.statusCode, bodyOf(early)]).toMatchObject([409, { field: 'event_id' }]);
    expect(early.headers).toHaveProperty('retry-after');
    expect((await get(`${path}/${stored(3).eventId}/proof`)).statusCode).toBe(404);
    expect((await get(`${path}/nonsense/proof`)).statusCode).toBe(400);
  });

  it('needs a key that may read the consultation, and leaves a line in the access log', async () => {
    const logged: (LogFields | undefined)[] = [];
    const keys: KeyRing = {
      required: () => true,
      authenticate: (authorization) => {
        if (authorization === undefined) throw new Unauthenticated('Authorization: is missing');
        return keyPrincipal('k1', ['c*'], authorization === 'reader' ? ['read'] : ['append']);
      },
    };
    const { get } = setup([], keys, { ...silentLogger, info: (_, fields) => void logged.push(fields) });
    expect((await get(path)).statusCode).toBe(401);
    expect((await get(path, { authorization: 'writer' })).statusCode).toBe(403);
    expect((await get('/consultations/x/events', { authorization: 'reader' })).statusCode).toBe(403);
    logged.length = 0;
    expect((await get(path, { authorization: 'reader' })).statusCode).toBe(200);
    expect(logged).toEqual([
      { route: 'GET /consultations/{id}/events', status: 200, consultation_id: 'c"1', principal: 'k1' },
    ]);
  });
});

/** Server-sent events as a browser takes them apart. */
const messagesOf = (body: string) =>
  body.split('\n\n').flatMap((block) => {
    const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
    return fields.has('data') || fields.has('id') ? [{ id: fields.get('id'), data: fields.get('data') }] : [];
  });

describe('GET /events', () => {
  const events = [0, 1, 2, 3].map((number) =>
    stored(number, `{"n":\n${number}}`, {
      position: number,
      consultationId: (number % 2 === 0 ? 'even' : 'odd') as ConsultationId,
    }),
  );

  it('gives a cursor that goes on, also when nothing is left, as JSON and as NDJSON', async () => {
    const { get } = setup(events);
    const first = bodyOf<{ events: unknown[]; next: string; more: boolean }>(await get('/events?limit=3'));
    expect(first).toMatchObject({ events: [{ position: 0 }, { position: 1 }, { position: 2 }], more: true });
    const lines = await get(`/events?after=${first.next}`, { accept: 'application/x-ndjson' });
    expect(lines.body.split('\n').map((line) => line.slice(-14))).toEqual(['"payload":{"n": 3}}'.slice(-14), '']);
    expect(lines.headers['fi-more']).toBe('false');
    const last = bodyOf(await get(`/events?after=${lines.headers['fi-next']}`));
    expect(last).toEqual({ events: [], next: lines.headers['fi-next'], more: false });
  });

  it('begins behind what there is with after=latest', async () => {
    const { get, feed } = setup(events);
    expect(bodyOf(await get('/events?after=latest'))).toMatchObject({ events: [], more: false });
    expect(feed.queries.map(({ after }) => after)).toEqual([encodeCursor({ position: 3, unsealedId: '' })]);
  });

  it('shows a key the events that it may read, and passes the others', async () => {
    const ring = (pattern: string): KeyRing => ({
      required: () => true,
      authenticate: () => keyPrincipal('key', [pattern], ['read']),
    });
    const some = await setup(events, ring('even*')).get('/events');
    expect(bodyOf(some)).toMatchObject({
      events: [{ position: 0 }, { position: 2 }],
      next: encodeCursor({ position: 3, unsealedId: '' }),
    });
    const everything = setup(events, ring('*'));
    await everything.get('/events');
    expect(everything.feed.queries[0]).not.toHaveProperty('mayRead');
    const appends: KeyRing = { required: () => true, authenticate: () => keyPrincipal('key', ['*'], ['append']) };
    expect((await setup(events, appends).get('/events')).statusCode).toBe(403);
  });

  it('knows no unsealed events', async () => {
    const { get } = setup(events);
    expect(bodyOf<Problem>(await get('/events?unsealed=true'))).toMatchObject({ status: 400, field: 'unsealed' });
  });

  it('as server-sent events: a message each, whose id is its cursor, one line each', async () => {
    const { get } = setup(events);
    const answer = await get('/events?limit=2', { accept: 'text/event-stream' });
    expect(answer.headers).toMatchObject({ 'content-type': 'text/event-stream', 'fi-more': 'true' });
    const messages = messagesOf(answer.body);
    expect(messages.map(({ data }) => (data === undefined ? undefined : JSON.parse(data).position))).toEqual([
      0,
      1,
      undefined,
    ]);
    const next = await get('/events?after=latest', {
      accept: 'text/event-stream',
      'last-event-id': messages[0]?.id ?? '',
    });
    expect(messagesOf(next.body).map(({ data = '{}' }) => JSON.parse(data).position)).toEqual([1, 2, 3, undefined]);
  });
});

describe('a consultation as server-sent events', () => {
  it('shows sealed events only, and goes on behind what was looked at', async () => {
    const { get } = setup([stored(0, '{}', { position: 4 })]);
    const accept = { accept: 'text/event-stream' };
    const answer = await get(path, accept);
    expect(answer.headers).toMatchObject({
      'fi-more': 'false',
      'fi-next': encodeCursor({ position: -1, unsealedId: '' }),
    });
    expect(bodyOf<Problem>(await get(`${path}?unsealed=true`, accept))).toMatchObject({
      status: 400,
      field: 'unsealed',
    });
  });
});

describe('an erased event', () => {
  const erasedAt = '2026-11-24T08:00:00.000Z';
  const ciphertext = '"encrypted:1:abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyz"';
  const erased = stored(1, 'null', { position: 4, erasedAt });

  it('stands in its place in every form of a page, with nothing in it', async () => {
    const { get } = setup([erased, stored(2, '{}', { position: 5 })]);
    const shown = { event_id: eventId(1), sealed: true, position: 4, erased: true, erased_at: erasedAt, payload: null };
    for (const target of [path, '/events']) {
      const { events } = bodyOf<{ events: Record<string, unknown>[] }>(await get(target));
      expect(events).toMatchObject([shown, { position: 5, payload: {} }]);
      expect(events[1]).not.toHaveProperty('erased');
      const lines = (await get(target, { accept: 'application/x-ndjson' })).body.split('\n');
      expect(JSON.parse(lines[0] ?? '')).toMatchObject(shown);
      const stream = (await get(target, { accept: 'text/event-stream' })).body;
      expect(JSON.parse(/^data: (.*)$/m.exec(stream)?.[1] ?? '')).toMatchObject(shown);
    }
  });

  it('is gone when it is asked for, and what is stored of it and its proof are not', async () => {
    const reader = listReader([erased]);
    const handler = createHandler({
      reader,
      feed: listFeed([]),
      stored: listReader([stored(1, ciphertext, { position: 4 })]),
      keys: open,
      logger: silentLogger,
    });
    const get = async (target: string) => {
      const request = gatewayEvent({ method: 'GET', target });
      const answer = await handler(request);
      expectDocumented(request, answer);
      return answer;
    };
    const gone = await get(`${path}/${eventId(1)}`);
    expect(gone.statusCode).toBe(410);
    expect(bodyOf<Problem>(gone)).toMatchObject({
      type: 'urn:fi-events:problem:consultation-erased',
      field: 'consultation_id',
      detail: expect.stringContaining(erasedAt),
    });
    expect(bodyOf(await get(`${path}/${eventId(1)}?stored=true`))).toMatchObject({ payload: JSON.parse(ciphertext) });
    expect((await get(`${path}/${eventId(1)}/proof`)).statusCode).toBe(200);
    expect((await get(`${path}/${eventId(1)}?stored=yes`)).statusCode).toBe(400);
  });
});
