import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueueFull, QueueUnavailable } from '../../shared/domain/errors.ts';
import { limits } from '../../shared/domain/limits.ts';
import type { Journal } from '../../shared/queue/journal/port.ts';
import { serveJournal } from '../../shared/queue/journal/server/serve.ts';
import { openSqsQueue } from '../../shared/queue/sqs/open.ts';
import { createLogger, silentLogger } from '../../shared/telemetry/log.ts';
import { startJournal, startServedJournal } from './fixtures/journal.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly __type?: string; readonly message?: string; readonly [member: string]: unknown };
}

/** One bare request, for what no SDK would send. */
const call = (url: string, options: RequestOptions, body: string | Buffer = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body: JSON.parse(text) });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });

const target = (action: string) => ({ headers: { 'X-Amz-Target': `AmazonSQS.${action}` } });

describe('the served journal as an HTTP server', () => {
  let server: Awaited<ReturnType<typeof startServedJournal>>;
  beforeAll(async () => {
    server = await startServedJournal();
  });
  afterAll(() => server.close());

  it('answers in SQS’s shape', async () => {
    const { status, headers, body } = await call(server.url, target('ListQueues'), '{}');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/x-amz-json-1.0');
    expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toEqual({ QueueUrls: [] });
  });

  it('answers errors in SQS’s shape', async () => {
    const { status, headers, body } = await call(server.url, target('GetQueueUrl'), '{"QueueName":"none"}');
    expect(status).toBe(400);
    expect(headers['x-amzn-query-error']).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
    expect(body).toEqual({
      __type: 'com.amazonaws.sqs#QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
  });

  it.for([
    ['a name of its own that a page resolved to the loopback', { headers: { Host: 'evil.example:7002' } }, '', 403],
    ['a host name that only begins like ours', { headers: { Host: '127.0.0.1.evil.example' } }, '', 403],
    ['another method', { method: 'GET', ...target('ListQueues') }, '', 405],
    ['a question of a browser whether it may', { method: 'OPTIONS' }, '', 405],
    ['the query protocol', {}, 'Action=ListQueues&Version=2012-11-05', 400],
    ['another service', { headers: { 'X-Amz-Target': 'DynamoDB_20120810.ListTables' } }, '{}', 400],
    ['an action that there is none of', target('ExplodeQueue'), '{}', 400],
    ['a body that is no JSON', target('ListQueues'), '{', 400],
    ['a body that is no object', target('ListQueues'), '[]', 400],
    ['a member of the wrong type', target('GetQueueUrl'), '{"QueueName":7}', 400],
    ['a number as text', target('ListQueues'), '{"MaxResults":"5"}', 400],
    ['entries that are no list', target('SendMessageBatch'), '{"QueueUrl":"x","Entries":{}}', 400],
  ] as const)('refuses %s', async ([, options, body, status]) => {
    const answer = await call(server.url, options, body);
    expect(answer.status).toBe(status);
    expect(answer.body.__type).toMatch(/^com\.amazonaws\.sqs#[A-Z][A-Za-z]+$/);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('refuses a body that no call needs, without reading it to its end', async () => {
    const { status, headers } = await call(
      server.url,
      target('SendMessage'),
      Buffer.alloc(8 * limits.messageBytes, 32),
    );
    expect(status).toBe(413);
    expect(headers.connection).toBe('close');
  });

  it('takes the largest call however it is escaped', async () => {
    const queue = await server.journal.createQueue(`escaped-${randomUUID()}`);
    const body = '\\u0041'.repeat(limits.messageBytes);
    const QueueUrl = `${server.url}/000000000000/${queue.name}`;
    const { status } = await call(
      server.url,
      target('SendMessage'),
      `{"QueueUrl":"${QueueUrl}","MessageBody":"${body}"}`,
    );
    expect(status).toBe(200);
    const [message] = await queue.receive({ maxMessages: 1, waitTimeSeconds: 0 });
    expect(message?.body === 'A'.repeat(limits.messageBytes)).toBe(true);
  });

  it('spares a client the digests that it does not want', async () => {
    const queue = await server.journal.createQueue(`digests-${randomUUID()}`, { visibilityTimeoutSeconds: 0 });
    await queue.sendBatch([{ body: 'x' }]);
    const receive = async (headers: Record<string, string>) => {
      const QueueUrl = `${server.url}/000000000000/${queue.name}`;
      const options = { headers: { ...target('ReceiveMessage').headers, ...headers } };
      return (await call(server.url, options, JSON.stringify({ QueueUrl }))).body.Messages;
    };
    expect(await receive({})).toMatchObject([{ MD5OfBody: '9dd4e461268c8034f5c8564e155c67a6' }]);
    expect(await receive({ 'x-fi-digests': 'none' })).not.toMatchObject([{ MD5OfBody: expect.anything() }]);
  });
});

describe('a client that goes away', () => {
  /** A journal whose receives can be watched and held, served. */
  const start = async () => {
    const { journal, close } = await startJournal();
    const queue = await journal.createQueue('watched');
    const begun = Promise.withResolvers<void>();
    const noticed = Promise.withResolvers<void>();
    const mayAnswer = Promise.withResolvers<void>();
    const receive = queue.receive.bind(queue);
    const watched: typeof queue = Object.create(queue, {
      receive: {
        value: async (options: Parameters<typeof receive>[0]) => {
          begun.resolve();
          options.signal?.addEventListener('abort', () => noticed.resolve());
          const messages = await receive(options);
          await mayAnswer.promise;
          return messages;
        },
      },
      changeVisibility: { value: queue.changeVisibility.bind(queue) },
    });
    const served: Journal = Object.create(journal, { queue: { value: () => watched } });
    const server = await serveJournal({ journal: served, port: 0, logger: silentLogger });
    const QueueUrl = server.queueUrl('watched');
    const poll = request(server.url, { method: 'POST', agent: false, ...target('ReceiveMessage') });
    const left = new Promise<void>((resolve) => {
      // Leaving is what is wanted; the client reports it as an error.
      poll.on('error', () => {});
      poll.on('close', resolve);
    });
    poll.end(JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 }));
    return {
      queue,
      /** Resolves when both ends know. */
      leave: () => {
        poll.destroy();
        return Promise.all([left, noticed.promise]);
      },
      begun: begun.promise,
      answer: mayAnswer.resolve,
      close: async () => {
        await server.close();
        await close();
      },
    };
  };

  it('takes nothing with a poll that still waits', async () => {
    const { queue, leave, begun, answer, close } = await start();
    answer();
    await begun;
    await leave();
    await queue.sendBatch([{ body: 'for the next' }]);
    expect(await queue.receive({ maxMessages: 1, waitTimeSeconds: 10 })).toMatchObject([{ body: 'for the next' }]);
    await close();
  });

  it('gives back what was taken for it and can’t be delivered', async () => {
    const { queue, leave, begun, answer, close } = await start();
    await queue.sendBatch([{ body: 'taken' }]);
    await begun;
    await leave();
    answer();
    expect(await queue.receive({ maxMessages: 1, waitTimeSeconds: 10 })).toMatchObject([
      { body: 'taken', receiveCount: 2 },
    ]);
    await close();
  });
});

describe('a client that goes away in the middle of its answer', () => {
  it('is taken for one that got nothing', async () => {
    const server = await startServedJournal();
    const queue = await server.journal.createQueue('large');
    // More than the sockets of both ends hold between them, so that the answer cannot be on its way as a whole.
    const count = limits.entriesPerCall;
    const body = 'x'.repeat(limits.messageBytes);
    for (let sent = 0; sent < count; sent++) await queue.sendBatch([{ body }]);
    const QueueUrl = `${server.url}/000000000000/large`;
    const poll = request(server.url, { method: 'POST', agent: false, ...target('ReceiveMessage') });
    poll.end(JSON.stringify({ QueueUrl, MaxNumberOfMessages: count }));
    await new Promise<void>((resolve) => {
      poll.on('response', (response) => {
        response.on('error', () => {});
        response.on('close', resolve);
        poll.destroy();
      });
    });
    const again = [];
    while (again.length < count) {
      const more = await queue.receive({ maxMessages: count, waitTimeSeconds: 10 });
      expect(more.length).toBeGreaterThan(0);
      again.push(...more);
    }
    expect(new Set(again.map(({ receiveCount }) => receiveCount))).toEqual(new Set([2]));
    await server.close();
  });
});

describe('the server itself', () => {
  it.for(['0.0.0.0', '::', '192.168.1.10', 'example.org'])('refuses to listen on %s', async (host) => {
    const { journal, close } = await startJournal();
    await expect(serveJournal({ journal, host, port: 0, logger: silentLogger })).rejects.toMatchObject({
      tag: 'InvalidSetting',
    });
    await close();
  });

  it('ends long polls when it closes, and takes no new calls', async () => {
    const { journal, close } = await startJournal();
    await journal.createQueue('events');
    const server = await serveJournal({ journal, port: 0, logger: silentLogger });
    const queue = openSqsQueue({ queueUrl: server.queueUrl('events'), maxAttempts: 1 });
    const startedMs = performance.now();
    const polled = queue.receive({ maxMessages: 1, waitTimeSeconds: 20 });
    await queue.depth();
    await server.close();
    expect(await polled).toEqual([]);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    await expect(queue.depth()).rejects.toThrow('ECONNREFUSED');
    await queue.close();
    await close();
  });

  it.for([
    ['is unavailable', new QueueUnavailable('the disk is full'), 503, 'ServiceUnavailable', 'the disk is full'],
    ['is full', new QueueFull('wait'), 503, 'ServiceUnavailable', 'wait'],
    ['fails unexpectedly', new Error('secret inside'), 500, 'InternalFailure', 'its log says why'],
  ] as const)('says when the journal %s, and logs it', async ([, error, status, code, message]) => {
    const { journal, close } = await startJournal();
    const broken: Journal = Object.create(journal, {
      queueNames: {
        value: () => {
          throw error;
        },
      },
    });
    const lines: string[] = [];
    const logger = createLogger('error', (line) => lines.push(line));
    const server = await serveJournal({ journal: broken, port: 0, logger });
    const answer = await call(server.url, target('ListQueues'), '{}');
    expect(answer.status).toBe(status);
    expect(answer.headers['x-amzn-query-error']).toBe(`${code};Receiver`);
    expect(answer.body.message).toContain(message);
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    expect(lines.join()).toContain(error.message);
    await server.close();
    await close();
  });
});

const execute = promisify(execFile);
const awsCli = await execute('aws', ['--version']).then(
  ({ stdout }) => stdout,
  () => undefined,
);

// The AWS CLI is no dependency of ours. Where it is installed (v2, or v1 from 1.31.81 of botocore on, which speak JSON), it must work.
if (awsCli?.startsWith('aws-cli/')) {
  describe(`the AWS CLI (${awsCli.split(' ')[0]})`, () => {
    it('makes a queue, sends, receives and deletes', async () => {
      const server = await startServedJournal();
      const environment = {
        ...process.env,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_EC2_METADATA_DISABLED: 'true',
      };
      const sqs = async (...args: string[]) => {
        const all = ['--endpoint-url', server.url, '--output', 'json', 'sqs', ...args];
        const { stdout } = await execute('aws', all, { env: environment });
        return stdout === '' ? {} : JSON.parse(stdout);
      };
      const { QueueUrl } = await sqs('create-queue', '--queue-name', 'from-the-cli');
      const { MessageId } = await sqs('send-message', '--queue-url', QueueUrl, '--message-body', 'héllo');
      const { Messages } = await sqs('receive-message', '--queue-url', QueueUrl);
      expect(Messages).toMatchObject([{ MessageId, Body: 'héllo' }]);
      await sqs('delete-message', '--queue-url', QueueUrl, '--receipt-handle', Messages[0].ReceiptHandle);
      const { Attributes } = await sqs('get-queue-attributes', '--queue-url', QueueUrl, '--attribute-names', 'All');
      expect(Attributes).toMatchObject({
        ApproximateNumberOfMessages: '0',
        ApproximateNumberOfMessagesNotVisible: '0',
      });
      await server.close();
    });
  });
}
