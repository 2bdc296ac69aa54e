import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventSourceOf } from '../../../localstack/host/consumer/event-source.ts';
import { openQueues } from '../../../localstack/host/queues.ts';
import { loadConfig } from '../../../shared/config.ts';
import { openSqsQueue } from '../../../shared/queue/sqs/open.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-queues-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const small = () => ({
  FI_QUEUE_DIR: path.join(folder, 'queue'),
  FI_QUEUE_PORT: '0',
  FI_QUEUE_SEGMENT_BYTES: String(4 * 1024 ** 2),
  FI_QUEUE_MAX_BYTES: String(64 * 1024 ** 2),
});

test('what the host sends in process, another process receives under the settings it is given', async () => {
  const queues = await openQueues(loadConfig(small()), silentLogger);
  await queues.events.sendBatch([{ body: 'hello' }]);
  const { queueUrl = '', deadLetterQueueUrl = '' } = loadConfig(queues.environment);
  const seenFromElsewhere = openSqsQueue({ queueUrl });
  const messages = await seenFromElsewhere.receive({ maxMessages: 10, waitTimeSeconds: 1 });
  expect(messages.map(({ body }) => body)).toEqual(['hello']);
  expect(deadLetterQueueUrl).toMatch(/\/fi-events-dead-letter$/);
  await seenFromElsewhere.close();
  await queues.close();
});

test('a second host on the same folder refuses to start, and a later one finds the messages', async () => {
  const config = loadConfig(small());
  const first = await openQueues(config, silentLogger);
  await first.events.sendBatch([{ body: 'kept' }]);
  await expect(openQueues(config, silentLogger)).rejects.toThrow('is in use by another process');
  await first.close();
  const changed = await openQueues(loadConfig({ ...small(), FI_VISIBILITY_TIMEOUT_S: '60' }), silentLogger);
  expect(await changed.events.depth()).toMatchObject({ visible: 1 });
  await changed.close();
});

test('a port that is taken lets go of the folder again', async () => {
  const first = await openQueues(loadConfig(small()), silentLogger);
  const taken = new URL(first.environment.FI_QUEUE_URL ?? '').port;
  const other = { ...small(), FI_QUEUE_DIR: path.join(folder, 'other') };
  await expect(openQueues(loadConfig({ ...other, FI_QUEUE_PORT: taken }), silentLogger)).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  const second = await openQueues(loadConfig(other), silentLogger);
  await second.close();
  await first.close();
});

test('a queue elsewhere is used as its URL says', async () => {
  const environment = {
    FI_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/clinic',
    FI_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/clinic-dead',
  };
  const queues = await openQueues(loadConfig(environment), silentLogger);
  expect([queues.events.name, queues.deadLetters.name]).toEqual(['clinic', 'clinic-dead']);
  expect(queues.environment).toEqual(environment);
  await queues.close();
});

test.each([
  ['https://sqs.eu-west-1.amazonaws.com/123456789012/clinic', 'arn:aws:sqs:eu-west-1:123456789012:clinic'],
  ['http://127.0.0.1:7002/000000000000/fi-events', 'arn:aws:sqs:us-east-1:000000000000:fi-events'],
  ['http://broker:9324/clinic', 'arn:aws:sqs:us-east-1:000000000000:clinic'],
])('the queue at %s is %s', (url, arn) => {
  expect(eventSourceOf(url).arn).toBe(arn);
});
