import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { QueueUnavailable } from '../../shared/domain/errors.ts';
import type { ReceiptHandle } from '../../shared/domain/ids.ts';
import type { Queue } from '../../shared/queue/port.ts';
import { clientConfig } from '../../shared/queue/sqs/connect.ts';
import { openSqsQueue } from '../../shared/queue/sqs/open.ts';

const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/123456789012/events';

/** A queue whose client answers what the test says, without a network. */
const mocked = () => {
  const client = new SQSClient({ region: 'eu-west-1' });
  const mock = mockClient(client);
  return { mock, queue: openSqsQueue({ queueUrl, client }) };
};

/** A queue at a server of the test's, with a real client. */
const served = async (
  respond: Parameters<typeof createServer>[1],
  options: { maxAttempts?: number; requestTimeoutMs?: number } = {},
): Promise<Queue> => {
  const server = createServer(respond);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const queue = openSqsQueue({ queueUrl: `http://127.0.0.1:${port}/000000000000/events`, ...options });
  onTestFinished(async () => {
    await queue.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return queue;
};

const failure = async (call: Promise<unknown>): Promise<QueueUnavailable> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof QueueUnavailable)) throw new Error(`Expected QueueUnavailable, got ${String(error)}`);
  return error;
};

const handles = (count: number): ReceiptHandle[] =>
  Array.from({ length: count }, (_, index) => `handle-${index}` as ReceiptHandle);

describe('sendBatch', () => {
  it('looks at Failed although the status is 200, and answers in the order of the call', async () => {
    const { mock, queue } = mocked();
    mock.on(SendMessageBatchCommand).resolves({
      Successful: [
        { Id: '2', MessageId: 'm-2', MD5OfMessageBody: '' },
        { Id: '0', MessageId: 'm-0', MD5OfMessageBody: '' },
      ],
      Failed: [{ Id: '1', Code: 'InternalError', Message: 'a bad day', SenderFault: false }],
    });
    expect(await queue.sendBatch([{ body: 'a' }, { body: 'b' }, { body: 'c' }])).toEqual([
      { status: 'sent', messageId: 'm-0' },
      { status: 'failed', code: 'InternalError', message: 'a bad day', senderFault: false },
      { status: 'sent', messageId: 'm-2' },
    ]);
  });

  it('takes no entry for sent that the answer does not name', async () => {
    const { mock, queue } = mocked();
    mock.on(SendMessageBatchCommand).resolves({ Successful: [{ Id: '0', MessageId: 'm-0', MD5OfMessageBody: '' }] });
    const results = await queue.sendBatch([{ body: 'a' }, { body: 'b' }]);
    expect(results[1]).toMatchObject({ status: 'failed', code: 'InternalError', senderFault: false });
    mock.on(SendMessageBatchCommand).resolves({});
    expect(await queue.sendBatch([{ body: 'a' }])).toMatchObject([{ status: 'failed' }]);
  });

  it('names every failure QueueUnavailable and keeps its cause', async () => {
    const { mock, queue } = mocked();
    const cause = new Error('no route');
    mock.on(SendMessageBatchCommand).rejects(cause);
    const error = await failure(queue.sendBatch([{ body: 'a' }]));
    expect(error.cause).toBe(cause);
    expect(error.message).toContain('SendMessageBatch on queue events');
  });
});

describe('deleteBatch and changeVisibility', () => {
  it('go ten at a time, and answer the handles that failed', async () => {
    const { mock, queue } = mocked();
    mock
      .on(DeleteMessageBatchCommand)
      .callsFake(({ Entries }: { Entries: { Id: string; ReceiptHandle: string }[] }) => ({
        Successful: Entries.filter(({ ReceiptHandle }) => !ReceiptHandle.endsWith('7')),
        Failed: Entries.filter(({ ReceiptHandle }) => ReceiptHandle.endsWith('7')),
      }));
    expect(new Set(await queue.deleteBatch(handles(25)))).toEqual(new Set(['handle-7', 'handle-17']));
    const sizes = mock.commandCalls(DeleteMessageBatchCommand).map(({ args: [{ input }] }) => input.Entries?.length);
    expect(sizes).toEqual([10, 10, 5]);
  });

  it('fail only the handles of a call that failed', async () => {
    const { mock, queue } = mocked();
    mock
      .on(ChangeMessageVisibilityBatchCommand)
      .rejectsOnce(new Error('throttled'))
      .callsFake(({ Entries }: { Entries: { Id: string }[] }) => ({ Successful: Entries }));
    expect(await queue.changeVisibility(handles(15), 30)).toEqual(handles(10));
  });

  it('reject when every call failed', async () => {
    const { mock, queue } = mocked();
    mock.on(DeleteMessageBatchCommand).rejects(new Error('down'));
    await failure(queue.deleteBatch(handles(15)));
  });
});

describe('receive', () => {
  it('asks for all attributes and translates the answer', async () => {
    const { mock, queue } = mocked();
    mock.on(ReceiveMessageCommand).resolves({
      Messages: [
        {
          MessageId: 'm-1',
          ReceiptHandle: 'r-1',
          Body: 'hello',
          Attributes: { ApproximateReceiveCount: '3', SentTimestamp: '1700000000123' },
          MessageAttributes: {
            reason: { DataType: 'String', StringValue: 'conflict' },
            raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 1, 255]) },
          },
        },
      ],
    });
    expect(await queue.receive({ maxMessages: 5, waitTimeSeconds: 20, visibilityTimeoutSeconds: 7 })).toEqual([
      {
        messageId: 'm-1',
        receiptHandle: 'r-1',
        body: 'hello',
        attributes: { reason: 'conflict', 'raw:Binary': 'AAH/' },
        receiveCount: 3,
        sentAtMs: 1_700_000_000_123,
      },
    ]);
    expect(mock.commandCalls(ReceiveMessageCommand)[0]?.args[0].input).toEqual({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 5,
      WaitTimeSeconds: 20,
      VisibilityTimeout: 7,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
    });
  });

  it('answers nothing when aborted before or during the call, and no error', async () => {
    const abort = new AbortController();
    const queue = await served(() => abort.abort());
    expect(await queue.receive({ maxMessages: 1, waitTimeSeconds: 20, signal: abort.signal })).toEqual([]);
    expect(await queue.receive({ maxMessages: 1, waitTimeSeconds: 20, signal: abort.signal })).toEqual([]);
  });

  it('refuses a message without a handle rather than to lose it', async () => {
    const { mock, queue } = mocked();
    mock.on(ReceiveMessageCommand).resolves({ Messages: [{ MessageId: 'm', Body: 'b' }] });
    await failure(queue.receive({ maxMessages: 1, waitTimeSeconds: 0 }));
  });
});

describe('depth', () => {
  it('reads the three counters', async () => {
    const { mock, queue } = mocked();
    mock.on(GetQueueAttributesCommand).resolves({
      Attributes: {
        ApproximateNumberOfMessages: '7',
        ApproximateNumberOfMessagesNotVisible: '2',
        ApproximateNumberOfMessagesDelayed: '1',
      },
    });
    expect(await queue.depth()).toEqual({ visible: 7, inFlight: 2, delayed: 1 });
  });
});

describe('a server that misbehaves', () => {
  it('is tried again when it throttles, and then succeeds', async () => {
    let calls = 0;
    const queue = await served((_, response) => {
      calls++;
      const throttled = calls < 3;
      response.writeHead(throttled ? 400 : 200, { 'Content-Type': 'application/x-amz-json-1.0' });
      response.end(
        throttled
          ? '{"__type":"com.amazonaws.sqs#RequestThrottled","message":"slow down"}'
          : '{"Successful":[{"Id":"0","MessageId":"m-0","MD5OfMessageBody":"wrong, and not looked at"}]}',
      );
    });
    expect(await queue.sendBatch([{ body: 'a' }])).toEqual([{ status: 'sent', messageId: 'm-0' }]);
    expect(calls).toBe(3);
  });

  it('is given up after the last attempt', async () => {
    let calls = 0;
    const queue = await served(
      (_, response) => {
        calls++;
        response.writeHead(503).end('{}');
      },
      { maxAttempts: 2 },
    );
    await failure(queue.sendBatch([{ body: 'a' }]));
    expect(calls).toBe(2);
  });

  it('is given up when it does not answer in time', async () => {
    const queue = await served(() => {}, { maxAttempts: 1, requestTimeoutMs: 50 });
    const error = await failure(queue.sendBatch([{ body: 'a' }]));
    expect(error.cause).toMatchObject({ name: 'TimeoutError' });
  });

  it('may take as long as the long poll it was asked for', async () => {
    const queue = await served(
      (_, response) => {
        setTimeout(() => response.end('{}'), 100);
      },
      { maxAttempts: 1, requestTimeoutMs: 20 },
    );
    expect(await queue.receive({ maxMessages: 1, waitTimeSeconds: 1 })).toEqual([]);
  });

  it('that is not there is a failure that names its reason', async () => {
    const queue = openSqsQueue({ queueUrl: 'http://127.0.0.1:1/000000000000/events', maxAttempts: 1 });
    expect((await failure(queue.depth())).message).toContain('ECONNREFUSED');
    await queue.close();
  });
});

describe('what the client is told', () => {
  const environment = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
  const local = 'http://127.0.0.1:7002/000000000000/events';

  it('is enough for a loopback queue without any AWS set-up', () => {
    expect(clientConfig({ queueUrl: local, environment: {} })).toMatchObject({
      endpoint: 'http://127.0.0.1:7002',
      region: 'us-east-1',
      credentials: { accessKeyId: 'embedded' },
      md5: false,
    });
  });

  it.for([
    [
      'is no signature where there are no credentials',
      undefined,
      /Credential=embedded\/.*\/eu-west-1\/sqs\/.*Signature=none$/,
    ],
    ['is a signature where there are some', 'id', /Credential=id\/.*Signature=[0-9a-f]{64}$/],
  ] as const)('%s', async ([, accessKey, expected]) => {
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const name of ['AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'])
      vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', undefined);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKey);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', accessKey);
    let authorization: string | undefined;
    const queue = await served((request, response) => {
      authorization = request.headers.authorization;
      response.end('{}');
    });
    await queue.receive({ maxMessages: 1, waitTimeSeconds: 0 });
    expect(authorization).toMatch(expected);
  });

  it('leaves what is configured to the SDK', () => {
    const config = clientConfig({ queueUrl: local, environment });
    expect(config).not.toHaveProperty('region');
    expect(config).not.toHaveProperty('credentials');
  });

  it('keeps a loopback queue where its URL says, whatever AWS_ENDPOINT_URL is for', () => {
    const config = clientConfig({ queueUrl: local, environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' } });
    expect(config.endpoint).toBe('http://127.0.0.1:7002');
  });

  it('takes a configured endpoint rather than a host name that only an emulator knows', () => {
    const emulated = 'http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/events';
    const endpoint = 'http://nas:4566';
    expect(clientConfig({ queueUrl: emulated, environment: { AWS_ENDPOINT_URL: endpoint } }).endpoint).toBe(endpoint);
    const ignored = { AWS_ENDPOINT_URL: endpoint, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    expect(clientConfig({ queueUrl: emulated, environment: ignored }).endpoint).toBe(new URL(emulated).origin);
  });

  it('is the region in the URL of a queue on AWS, and neither endpoint nor credentials', () => {
    const config = clientConfig({ queueUrl, environment: {} });
    expect(config.region).toBe('eu-west-1');
    expect(config).not.toHaveProperty('endpoint');
    expect(config).not.toHaveProperty('credentials');
  });
});
