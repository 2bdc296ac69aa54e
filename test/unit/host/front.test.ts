import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Front, type FrontOptions, openFront } from '../../../localstack/host/front/front.ts';
import type { RawRequest } from '../../../localstack/host/front/raw-request.ts';
import type { HttpAnswer } from '../../../shared/http/request.ts';

const opened: Front[] = [];
const sockets: net.Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(opened.splice(0).map((front) => front.close()));
});

const accepted: HttpAnswer = {
  statusCode: 202,
  headers: { 'content-type': 'application/json' },
  body: '{"status":"accepted"}',
  isBase64Encoded: false,
};

/** A front, what its dispatch saw, and what it counted. */
const open = async (options: Partial<FrontOptions> = {}) => {
  const seen: RawRequest[] = [];
  const failures: string[] = [];
  let counted: (() => void) | undefined;
  const front = await openFront({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 1_000,
    requestTimeoutMs: 10_000,
    dispatch: async (request) => {
      seen.push(request);
      return accepted;
    },
    failed: (errorType) => {
      failures.push(errorType);
      counted?.();
    },
    ...options,
  });
  opened.push(front);
  const failure = async (): Promise<string | undefined> => {
    if (failures.length === 0) {
      await new Promise<void>((resolve) => {
        counted = resolve;
      });
    }
    return failures[0];
  };
  return { front, seen, failures, failure };
};

const connect = (front: Front): net.Socket => {
  const socket = net.connect(Number(new URL(front.url).port), '127.0.0.1');
  sockets.push(socket);
  // A reset is an outcome, not an accident: what was read before it is what counts.
  socket.on('error', () => {});
  return socket;
};

/** Everything that comes until the other side closes. */
const readAll = async (socket: net.Socket): Promise<string> => {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(socket, 'close');
  return text;
};

const problemIn = (text: string): Record<string, unknown> => {
  expect(text).toContain('content-type: application/problem+json');
  expect(text).toContain('connection: close');
  return JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
};

test('a request reaches the function as sent, and its answer the client', async () => {
  const { front, seen } = await open();
  const answer = await fetch(`${front.url}/consultations/a%20b/events?x=1`, {
    method: 'POST',
    body: '{"a": 1.0}',
    headers: { 'X-Thing': 'Yes' },
  });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(await answer.json()).toEqual({ status: 'accepted' });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ method: 'POST', target: '/consultations/a%20b/events?x=1', sourceIp: '127.0.0.1' });
  expect(seen[0]?.headers['x-thing']).toBe('Yes');
  expect(seen[0]?.body.toString()).toBe('{"a": 1.0}');
});

test('bytes that are no text come back as they were', async () => {
  const { front } = await open({
    dispatch: async ({ body }) => ({ ...accepted, body: body.toString('base64'), isBase64Encoded: true }),
  });
  const bytes = Buffer.from([0, 255, 254, 10, 13, 128]);
  const answer = await fetch(front.url, { method: 'POST', body: bytes });
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
});

test('a body may come in any number of pieces, and be exactly as large as allowed', async () => {
  const { front, seen } = await open();
  const socket = connect(front);
  const reading = once(socket, 'data');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
  for (let index = 0; index < 10; index++) socket.write(`64\r\n${'x'.repeat(100)}\r\n`);
  socket.write('0\r\n\r\n');
  const [chunk] = await reading;
  expect(String(chunk)).toContain('HTTP/1.1 202');
  expect(seen[0]?.body.toString()).toBe('x'.repeat(1_000));
});

test('a body whose announced length is too large is refused before it is read', async () => {
  const { front, seen, failures } = await open();
  const socket = connect(front);
  const reading = readAll(socket);
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n${'x'.repeat(1_001)}`);
  const problem = problemIn(await reading);
  expect(problem).toMatchObject({ type: 'urn:fi-events:problem:body-too-large', status: 413, field: 'body' });
  expect(seen).toEqual([]);
  expect(failures).toEqual(['BodyTooLarge']);
});

test('a body that grows too large without saying so is refused, and its sender can read the answer', async () => {
  const { front, failures } = await open();
  const socket = connect(front);
  const reading = readAll(socket);
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
  for (let index = 0; index < 200; index++) socket.write(`3e8\r\n${'x'.repeat(1_000)}\r\n`);
  socket.write('0\r\n\r\n');
  expect(problemIn(await reading)).toMatchObject({ status: 413 });
  expect(failures).toEqual(['BodyTooLarge']);
});

test('a sender that is refused while it sends is not cut off before it has read why', async () => {
  const { front } = await open();
  const socket = connect(front);
  const errors: Error[] = [];
  socket.on('error', (error) => errors.push(error));
  const answered = once(socket, 'data');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
  socket.write(`7d0\r\n${'x'.repeat(2_000)}\r\n`);
  const [chunk] = await answered;
  expect(String(chunk)).toContain('HTTP/1.1 413');
  for (let index = 0; index < 200; index++) {
    await new Promise((resolve) => socket.write(`3e8\r\n${'x'.repeat(1_000)}\r\n`, resolve));
  }
  const closed = once(socket, 'close');
  socket.write('0\r\n\r\n');
  await closed;
  expect(errors).toEqual([]);
});

const send = (front: Front, headers: Record<string, string>) =>
  httpRequest(front.url, { method: 'POST', headers, agent: false });

test('Expect: 100-continue is answered, and refused at once for a body that is too large', async () => {
  const { front, seen } = await open();
  const good = send(front, { expect: '100-continue', 'content-length': '5' });
  good.flushHeaders();
  await once(good, 'continue');
  good.end('hello');
  const [answer] = (await once(good, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(202);
  expect(seen[0]?.body.toString()).toBe('hello');

  const large = send(front, { expect: '100-continue', 'content-length': '5000' });
  large.on('error', () => {});
  large.flushHeaders();
  const [refusal] = (await once(large, 'response')) as [IncomingMessage];
  expect(refusal.statusCode).toBe(413);
  large.destroy();
});

test('any other expectation fails', async () => {
  const { front } = await open();
  const odd = send(front, { expect: 'a miracle' });
  odd.end();
  const [answer] = (await once(odd, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(417);
});

test('a slow client is told so', async () => {
  const { front, failures } = await open({ requestTimeoutMs: 200 });
  const socket = connect(front);
  const reading = readAll(socket);
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
  expect(problemIn(await reading)).toMatchObject({ type: 'urn:fi-events:problem:request-timeout', status: 408 });
  expect(failures).toEqual(['RequestTimeout']);
});

test('a client that goes away in the middle of its request is counted and forgotten', async () => {
  const { front, seen, failure } = await open();
  const socket = connect(front);
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc', () => socket.resetAndDestroy());
  expect(await failure()).toBe('ClientAborted');
  await front.drain();
  expect(seen).toEqual([]);
});

test.each([
  ['what is no HTTP', 'hello there\r\n\r\n', 400, 'malformed-http'],
  ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na',
    400,
    'malformed-http',
  ],
  ['a long target', `GET /${'a'.repeat(8_192)} HTTP/1.1\r\nhost: x\r\n\r\n`, 414, 'request-target-too-long'],
])('%s is answered with a problem', async (_, bytes, status, type) => {
  const { front, seen } = await open();
  const socket = connect(front);
  const reading = readAll(socket);
  socket.write(bytes);
  expect(problemIn(await reading)).toMatchObject({ type: `urn:fi-events:problem:${type}`, status });
  expect(seen).toEqual([]);
});

test('a connection is kept for the next request', async () => {
  const { front } = await open();
  const socket = connect(front);
  for (let index = 0; index < 3; index++) {
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
    const [chunk] = await once(socket, 'data');
    expect(String(chunk)).toContain('HTTP/1.1 202');
    expect(String(chunk)).not.toContain('connection: close');
  }
});

test('draining waits for the answers that are due, and closes their connections', async () => {
  let release = (): void => {};
  let arrived = (): void => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const { front } = await open({
    dispatch: () =>
      new Promise((resolve) => {
        release = () => resolve(accepted);
        arrived();
      }),
  });
  const socket = connect(front);
  const reading = readAll(socket);
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
  await arrival;
  const order: string[] = [];
  const drained = front.drain().then(() => order.push('drained'));
  order.push('released');
  release();
  await drained;
  expect(order).toEqual(['released', 'drained']);
  await front.close();
  const text = await reading;
  expect(text).toContain('HTTP/1.1 202');
  expect(text).toContain('connection: close');
});

test('a port that is taken is an error that says so', async () => {
  const { front } = await open();
  await expect(open({ port: Number(new URL(front.url).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
