import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Front, openFront } from '../../../localstack/host/front/front.ts';
import { GrowthWatch } from '../../../localstack/host/streams/growth-watch.ts';
import { createStreams, type Streams } from '../../../localstack/host/streams/streams.ts';
import type { HttpAnswer, HttpRequest } from '../../../shared/http/request.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { createTurns } from '../../../shared/turns.ts';
import { eventually } from '../../e2e/api/eventually.ts';
import { gatewayEvent } from '../functions/request.ts';

const fronts: Front[] = [];
const clients: ClientRequest[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(fronts.splice(0).map((front) => front.close()));
});

const pageOf = (from: number, to: number, more: boolean, filler = ''): HttpAnswer => ({
  statusCode: 200,
  headers: { 'content-type': 'text/event-stream', 'fi-next': String(to), 'fi-more': String(more) },
  body: Array.from({ length: to - from }, (_, index) => `id: ${from + index + 1}\ndata: ${filler}\n\n`).join(''),
  isBase64Encoded: false,
});

/** A log of numbers that a test lets grow, and streams over it behind a real front. */
const setup = async ({ most = 10, heartbeatMs = 60_000, perPage = 3, filler = '' } = {}) => {
  let sealed = 0;
  let looks = 0;
  const asked: HttpRequest[] = [];
  const scripted: HttpAnswer[] = [];
  const watch = new GrowthWatch({
    sealedCount: async () => {
      looks++;
      return sealed;
    },
    intervalMs: 5,
    clock: systemClock,
    logger: silentLogger,
  });
  const streams: Streams = createStreams({ most, heartbeatMs, watch, clock: systemClock });
  const ask = async (request: HttpRequest): Promise<HttpAnswer> => {
    asked.push(request);
    const next = scripted.shift();
    if (next !== undefined) return next;
    const from = Number(request.headers['last-event-id'] ?? 0);
    const to = Math.min(sealed, from + perPage);
    return pageOf(from, Math.max(from, to), to < sealed, filler);
  };
  const front = await openFront({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 1_000,
    requestTimeoutMs: 10_000,
    dispatch: ({ target, headers }) =>
      streams.answer(gatewayEvent({ method: 'GET', target, headers: headers as Record<string, string> }), ask),
    failed: () => {},
  });
  fronts.push(front);
  return {
    front,
    streams,
    watch,
    asked,
    scripted,
    looks: () => looks,
    grow: (count: number) => {
      sealed += count;
    },
  };
};

/** A client that reads all that comes. */
const follow = async (front: Front, headers: Record<string, string> = {}) => {
  const request = httpRequest(`${front.url}/events`, { headers: { accept: 'text/event-stream', ...headers } });
  clients.push(request);
  request.on('error', () => {});
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  let ended = false;
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  response.on('end', () => {
    ended = true;
  });
  response.on('error', () => {});
  return {
    response,
    text: () => text,
    ids: () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)),
    ended: () => ended,
    leave: () => request.destroy(),
  };
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('a stream', () => {
  it('goes on page by page, and then with what is sealed later, each event once', async () => {
    const { front, grow } = await setup();
    grow(8);
    const client = await follow(front);
    expect(client.response.headers).toMatchObject({ 'content-type': 'text/event-stream' });
    expect(client.response.headers['content-length']).toBeUndefined();
    expect(client.response.headers['fi-next']).toBeUndefined();
    await eventually('8 events', () => (client.ids().length >= 8 ? true : undefined));
    grow(4);
    await eventually('12 events', () => (client.ids().length >= 12 ? true : undefined));
    expect(client.ids()).toEqual(upTo(12));
  });

  it('goes on behind the id that the client saw last', async () => {
    const { front, grow } = await setup();
    grow(5);
    const client = await follow(front, { 'last-event-id': '3' });
    await eventually('2 events', () => (client.ids().length >= 2 ? true : undefined));
    expect(client.ids()).toEqual([4, 5]);
  });

  it('shows that it is alive while nothing happens', async () => {
    const { front } = await setup({ heartbeatMs: 10 });
    const client = await follow(front);
    await eventually('two comments', () => (client.text().split(': still here\n\n').length > 2 ? true : undefined));
  });

  it('that is one of many looks for growth once for all, and not at all when all are gone', async () => {
    const { front, streams, grow, looks, asked, watch } = await setup();
    const some = await Promise.all(Array.from({ length: 5 }, () => follow(front)));
    await eventually('all to wait', () => (watch.waiting === 5 && watch.sealed === 0 ? true : undefined));
    const [looksBefore, askedBefore] = [looks(), asked.length];
    grow(1);
    await eventually('all to have it', () => (some.every((client) => client.ids().length === 1) ? true : undefined));
    expect(asked.length - askedBefore).toBe(5);
    expect(looks()).toBeGreaterThan(looksBefore);
    for (const client of some) client.leave();
    await eventually('the streams to be closed', () => (streams.open === 0 && watch.waiting === 0 ? true : undefined));
  });

  it('ends in order when the host does: the page under way is whole, and the next call goes on', async () => {
    const { front, streams, grow } = await setup();
    grow(2);
    const client = await follow(front);
    await eventually('2 events', () => (client.ids().length >= 2 ? true : undefined));
    streams.end();
    await front.drain();
    await eventually('the end', () => (client.ended() ? true : undefined));
    expect(client.ids()).toEqual([1, 2]);
    expect(streams.open).toBe(0);
    const late = await follow(front);
    await eventually('the end of a page', () => (late.ended() ? true : undefined));
    expect(late.response.headers['content-length']).toBeDefined();
  });

  it('beyond the limit is a page, whose client comes again by itself', async () => {
    const { front, streams, grow } = await setup({ most: 1 });
    grow(2);
    const first = await follow(front);
    await eventually('2 events', () => (first.ids().length >= 2 ? true : undefined));
    const second = await follow(front);
    await eventually('the end of the page', () => (second.ended() ? true : undefined));
    expect(second.ids()).toEqual([1, 2]);
    expect(second.response.headers['fi-next']).toBe('2');
    first.leave();
    await eventually('room', () => (streams.open === 0 ? true : undefined));
    const third = await follow(front);
    await eventually('2 events', () => (third.ids().length >= 2 ? true : undefined));
    expect(third.ended()).toBe(false);
  });

  it('that is refused is answered as any request, and ends where a later page is refused', async () => {
    const { front, grow, scripted } = await setup();
    const refusal: HttpAnswer = { statusCode: 401, headers: {}, body: '{}', isBase64Encoded: false };
    scripted.push(refusal);
    expect((await follow(front)).response.statusCode).toBe(401);
    const client = await follow(front);
    scripted.push(refusal);
    grow(1);
    await eventually('the end', () => (client.ended() ? true : undefined));
    expect(client.ids()).toEqual([]);
  });

  it('outlives a store that is away for a moment', async () => {
    const { front, grow, scripted } = await setup();
    const client = await follow(front);
    scripted.push({ statusCode: 503, headers: {}, body: '{}', isBase64Encoded: false });
    grow(1);
    await eventually('the event', () => (client.ids().length === 1 ? true : undefined));
    expect(client.ended()).toBe(false);
  });

  it('waits for a slow client with one page in its hands, and lets go of it at the end', async () => {
    const { front, streams, grow, asked } = await setup({ filler: 'x'.repeat(50_000), perPage: 5 });
    grow(10_000);
    const socket = net.connect(Number(new URL(front.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.pause();
    socket.on('error', () => {});
    socket.write('GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n');
    // The kernel's buffers take some megabytes; then nothing more is asked for.
    let last = -1;
    await eventually('the stream to stand still', () => {
      const still = asked.length === last && last > 0;
      last = asked.length;
      return still ? true : undefined;
    });
    expect(asked.length * 5 * 50_000).toBeLessThan(50_000_000);
    streams.end();
    await front.drain();
    expect(streams.open).toBe(0);
    socket.destroy();
  });
});

it('takes turns in the order of coming', async () => {
  const inTurn = createTurns(2);
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) =>
    inTurn(async () => {
      order.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
    });
  const all = ['a', 'b', 'c', 'd'].map(work);
  await Promise.resolve();
  expect(order).toEqual(['a', 'b']);
  while (ends.length > 0) {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(all);
  expect(order).toEqual(['a', 'b', 'c', 'd']);
});
