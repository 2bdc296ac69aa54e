import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { generateLoad } from '../../../bench/load/generate.ts';
import { eventIdOf, type LoadPlan, newIdPrefix } from '../../../bench/load/plan.ts';
import { systemPorts } from '../../../bench/load/ports.ts';
import type { ProtocolName } from '../../../bench/load/protocols/by-name.ts';
import { idsIn } from '../../../bench/peers/measure/count-missing.ts';

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** Answers what `answer` gives for what came since the last answer; undefined while that is not whole. */
const serveWith = async (
  answer: (text: string) => string | undefined,
  greeting = '',
): Promise<{ readonly port: number; readonly ids: string[] }> => {
  const ids: string[] = [];
  const listening = createServer((socket) => {
    sockets.add(socket);
    let pending = '';
    socket.write(greeting);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      pending += chunk.toString('utf8');
      const answered = answer(pending);
      if (answered === undefined) return;
      // In SQS's requests an event is a string within JSON.
      ids.push(...idsIn(pending.replaceAll('\\"', '"')));
      pending = '';
      // In two pieces, as a network may deliver it.
      socket.write(answered.slice(0, 3));
      setImmediate(() => socket.write(answered.slice(3)));
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, ids };
};

const planOf = (protocol: ProtocolName, port: number, changes: Partial<LoadPlan> = {}): LoadPlan => ({
  host: '127.0.0.1',
  port,
  protocol,
  basePath: '/000000000000/fi-events',
  connections: 2,
  eventsPerRequest: 1,
  arrival: { kind: 'closed' },
  durationMs: 60_000,
  requests: 10,
  idPrefix: newIdPrefix(),
  retry: false,
  ...changes,
});

const never = new AbortController().signal;
const httpAnswer = (status: number, body: string) =>
  `HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** How a server of each protocol takes an event, and how it refuses one. */
const servers: Readonly<
  Record<'sqs' | 'redis' | 'nats', { greeting?: string; isWhole(text: string): boolean; yes: string; no: string }>
> = {
  sqs: {
    isWhole: (text) => text.includes('AmazonSQS.SendMessage') && text.includes('}}') && text.endsWith('}'),
    yes: httpAnswer(200, '{"MessageId":"1"}'),
    no: httpAnswer(503, '{}'),
  },
  redis: {
    isWhole: (text) => text.startsWith('*7\r\n$4\r\nXADD\r\n$9\r\nfi:events\r\n') && text.endsWith('}\r\n'),
    yes: '$15\r\n1700000000000-0\r\n',
    no: '-OOM command not allowed\r\n',
  },
  nats: {
    greeting: 'INFO {}\r\n',
    isWhole: (text) => /PUB fi\.events _INBOX\S+ \d+\r\n\{.*\}\r\n$/s.test(text),
    yes: 'MSG _INBOX.1 1 26\r\n{"stream":"EVENTS","seq":1}\r\n'.replace('26', '27'),
    no: 'MSG _INBOX.1 1 24\r\n{"error":{"code":503}}..\r\n',
  },
};

describe.each(Object.keys(servers) as (keyof typeof servers)[])('the load generator, speaking %s', (protocol) => {
  const { greeting, isWhole, yes, no } = servers[protocol];

  it('sends each event once, with an id of its own, and knows it taken', async () => {
    const { port, ids } = await serveWith((text) => (isWhole(text) ? yes : undefined), greeting);
    const plan = planOf(protocol, port);
    const result = await generateLoad(plan, never);
    expect(result).toMatchObject({ acceptedEvents: 10, statuses: { 202: 10 }, lost: 0, unanswered: 0 });
    expect(ids.sort()).toEqual(Array.from({ length: 10 }, (_, number) => eventIdOf(plan.idPrefix ?? '', number)));
  });

  it('takes nothing for accepted that was refused', async () => {
    const { port } = await serveWith((text) => (isWhole(text) ? no : undefined), greeting);
    const result = await generateLoad(planOf(protocol, port), never);
    expect(result).toMatchObject({ acceptedEvents: 0, statuses: { 503: 10 } });
  });
});

describe('the load generator', () => {
  it('ends when its target says nothing any more, and counts who waited', async () => {
    let answers = 0;
    const { port } = await serveWith((text) =>
      servers.redis.isWhole(text) && answers++ < 3 ? servers.redis.yes : undefined,
    );
    const result = await generateLoad(planOf('redis', port, { mostSilentMs: 300 }), never);
    expect(result).toMatchObject({ acceptedEvents: 3, unanswered: 2, lost: 0 });
  });

  it('tells once when a run is under way', async () => {
    const { port } = await serveWith((text) => (servers.redis.isWhole(text) ? servers.redis.yes : undefined));
    let told = 0;
    await generateLoad(planOf('redis', port, { underWayRequests: 4 }), never, systemPorts, () => told++);
    expect(told).toBe(1);
  });
});
