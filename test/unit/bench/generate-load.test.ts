import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { generateLoad } from '../../../bench/load/generate.ts';
import { eventIdOf, eventNumber, type LoadPlan, newIdPrefix, percentile } from '../../../bench/load/plan.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Answers with what `answer` gives for the body of each request, numbered from 0; undefined breaks the connection. */
const serveWith = async (
  answer: (request: number, body: string) => readonly [number, string] | undefined,
): Promise<number> => {
  let count = 0;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answered = answer(count++, Buffer.concat(chunks).toString('utf8'));
      if (answered === undefined) return request.socket.destroy();
      response.writeHead(answered[0], { 'content-type': 'application/json' });
      return response.end(answered[1]);
    });
  });
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

const never = new AbortController().signal;
const accepted = [202, '{"rejected":[]}'] as const;

const plan = (port: number, changes: Partial<LoadPlan>): LoadPlan => ({
  host: '127.0.0.1',
  port,
  connections: 4,
  eventsPerRequest: 1,
  arrival: { kind: 'closed' },
  durationMs: 10_000,
  idPrefix: newIdPrefix(),
  retry: false,
  ...changes,
});

const idsOf = (body: string): string[] =>
  body.split('\n').map((line) => (JSON.parse(line) as { event_id: string }).event_id);

describe('the load generator', () => {
  it('gives every event an id of its own, known by its number', async () => {
    const seen: string[] = [];
    const port = await serveWith((_, body) => {
      seen.push(...idsOf(body));
      return accepted;
    });
    const run = plan(port, { requests: 30, eventsPerRequest: 10 });
    const result = await generateLoad(run, never);
    const expected = Array.from({ length: 300 }, (_, number) => eventIdOf(run.idPrefix ?? '', number));
    expect(seen.sort()).toEqual(expected);
    expect(expected.map((id) => eventNumber(run.idPrefix ?? '', id))).toEqual([...expected.keys()]);
    expect(result).toMatchObject({ sentEvents: 300, acceptedEvents: 300, statuses: { 202: 30 }, lost: 0, partial: 0 });
  });

  it('takes an event for accepted only when a 202 came and rejected none', async () => {
    const port = await serveWith((request) => {
      if (request === 3) return [503, '{}'];
      if (request === 5) return [202, '{"rejected":[{"index":0}]}'];
      return request === 7 ? undefined : accepted;
    });
    const result = await generateLoad(plan(port, { requests: 10, eventsPerRequest: 5, connections: 1 }), never);
    expect(result).toMatchObject({ acceptedEvents: 35, statuses: { 202: 7, 503: 1 }, lost: 1, partial: 1 });
    expect([...result.accepted].map((flag, number) => (flag === 0 ? Math.floor(number / 5) : -1))).toEqual(
      expect.arrayContaining([3, 5, 7]),
    );
  });

  it('sends again what got no 202, with the same bytes', async () => {
    const bodies: string[] = [];
    const port = await serveWith((request, body) => {
      bodies.push(body);
      if (request === 1) return [429, '{}'];
      return request === 2 ? undefined : accepted;
    });
    const result = await generateLoad(plan(port, { requests: 5, connections: 1, retry: true }), never);
    expect(result.acceptedEvents).toBe(5);
    expect(bodies).toHaveLength(7);
    expect(new Set(bodies).size).toBe(5);
  });

  it('at a constant rate, lets a stall show in every request that it delayed', async () => {
    const stallMs = 400;
    const port = await serveWith((request) => {
      if (request === 50) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs);
      return accepted;
    });
    // In this process the stall stops the generator too, which is the worst case: the schedule must not slip with it.
    const arrival = { kind: 'constant', requestsPerSecond: 500 } as const;
    const result = await generateLoad(plan(port, { arrival, durationMs: 1_000 }), never);
    expect(result.latenciesMs).toHaveLength(500);
    const delayed = result.latenciesMs.filter((latencyMs) => latencyMs > stallMs / 2).length;
    expect(delayed).toBeGreaterThan(50);
    expect(percentile(result.latenciesMs, 0.99)).toBeGreaterThan(stallMs * 0.8);
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    const port = await serveWith((request) => {
      if (request === 20) stop.abort();
      return accepted;
    });
    const result = await generateLoad(plan(port, { durationMs: 3_600_000 }), stop.signal);
    expect(result.acceptedEvents).toBeLessThan(30);
  });
});
