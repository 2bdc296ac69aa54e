import { randomUUID } from 'node:crypto';
import {
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
  SQSServiceException,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFauxqs } from './fixtures/fauxqs.ts';
import { startServedJournal } from './fixtures/journal.ts';
import { sqsClient } from './fixtures/sqs-queues.ts';

type Attributes = Partial<Record<QueueAttributeName, string>>;

const makeQueue = async (client: SQSClient, attributes: Attributes = {}, name = `protocol-${randomUUID()}`) => {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  if (QueueUrl === undefined) throw new Error(`${name} has no URL.`);
  const answer = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const arn = answer.Attributes?.QueueArn;
  if (arn === undefined) throw new Error(`${name} has no ARN.`);
  return { name, QueueUrl, arn };
};

const attributesOf = async (client: SQSClient, QueueUrl: string, ...names: QueueAttributeName[]) =>
  (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: names }))).Attributes;

/** Receives one message, waiting for it. */
const receiveOne = async (client: SQSClient, QueueUrl: string) => {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    WaitTimeSeconds: 10,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  const [message] = (await client.send(command)).Messages ?? [];
  if (message === undefined) throw new Error('The queue had no message.');
  return message;
};

/**
 * What a refusal says, as the SDK reads it: its name and its status. The older protocol's prefix, which SQS gives some codes and
 * fauxqs all, is no part of the name.
 */
const refusalOf = async (call: Promise<unknown>): Promise<{ name: string; status: number | undefined }> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SQSServiceException)) throw new Error(`Expected a refusal, got ${String(error)}`);
  return { name: error.name.replace('AWS.SimpleQueueService.', ''), status: error.$metadata.httpStatusCode };
};

const refusedAs = (name: string, status = 400) => ({ name, status });

const entries = (count: number, body = 'x') =>
  Array.from({ length: count }, (_, index) => ({ Id: `id-${index}`, MessageBody: body }));

/** What the journal and its oracle answer alike. */
const describeProtocol = (server: string, start: () => Promise<{ url: string; close: () => Promise<void> }>): void => {
  describe(server, () => {
    let client: SQSClient;
    let close: () => Promise<void>;
    beforeAll(async () => {
      const started = await start();
      client = sqsClient(started.url);
      close = started.close;
    });
    afterAll(async () => {
      client.destroy();
      await close();
    });

    it('makes a queue once, finds it, lists it and deletes it', async () => {
      const { name, QueueUrl, arn } = await makeQueue(client, { VisibilityTimeout: '45' });
      expect(new URL(QueueUrl).pathname).toBe(`/000000000000/${name}`);
      expect(arn).toBe(`arn:aws:sqs:us-east-1:000000000000:${name}`);
      expect((await makeQueue(client, { VisibilityTimeout: '45' }, name)).QueueUrl).toBe(QueueUrl);
      expect((await makeQueue(client, {}, name)).QueueUrl).toBe(QueueUrl);
      expect(await refusalOf(makeQueue(client, { VisibilityTimeout: '46' }, name))).toEqual(
        refusedAs('QueueNameExists'),
      );
      expect((await client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl).toBe(QueueUrl);
      const listed = await client.send(new ListQueuesCommand({ QueueNamePrefix: name }));
      expect(listed.QueueUrls).toEqual([QueueUrl]);
      await client.send(new DeleteQueueCommand({ QueueUrl }));
      expect(await refusalOf(client.send(new GetQueueUrlCommand({ QueueName: name })))).toEqual(
        refusedAs('QueueDoesNotExist'),
      );
      expect(await refusalOf(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late' })))).toEqual(
        refusedAs('QueueDoesNotExist'),
      );
    });

    it('lists queues page by page', async () => {
      const prefix = `paged-${randomUUID()}`;
      const made = [];
      for (const letter of ['a', 'b', 'c']) made.push((await makeQueue(client, {}, `${prefix}-${letter}`)).QueueUrl);
      const first = await client.send(new ListQueuesCommand({ QueueNamePrefix: prefix, MaxResults: 2 }));
      const { NextToken } = first;
      const second = await client.send(new ListQueuesCommand({ QueueNamePrefix: prefix, MaxResults: 2, NextToken }));
      expect([...(first.QueueUrls ?? []), ...(second.QueueUrls ?? [])]).toEqual(made);
      expect(first.QueueUrls).toHaveLength(2);
      expect(second.NextToken).toBeUndefined();
    });

    it('keeps attributes, and sets them', async () => {
      const dead = await makeQueue(client);
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
      const given: Attributes = {
        VisibilityTimeout: '12',
        DelaySeconds: '0',
        MessageRetentionPeriod: '86400',
        ReceiveMessageWaitTimeSeconds: '3',
        RedrivePolicy,
      };
      const { QueueUrl } = await makeQueue(client, given);
      const all = await attributesOf(client, QueueUrl, 'All');
      expect(all).toMatchObject({
        ...given,
        RedrivePolicy: expect.any(String),
        MaximumMessageSize: '1048576',
        ApproximateNumberOfMessages: '0',
        ApproximateNumberOfMessagesNotVisible: '0',
        ApproximateNumberOfMessagesDelayed: '0',
        CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
        LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
      });
      expect(JSON.parse(all?.RedrivePolicy ?? '')).toEqual(JSON.parse(RedrivePolicy));
      await client.send(
        new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '99', RedrivePolicy: '' } }),
      );
      expect(await attributesOf(client, QueueUrl, 'VisibilityTimeout', 'RedrivePolicy', 'DelaySeconds')).toEqual({
        VisibilityTimeout: '99',
        DelaySeconds: '0',
      });
    });

    it.for([
      ['VisibilityTimeout', '43201'],
      ['VisibilityTimeout', 'soon'],
      ['DelaySeconds', '901'],
      ['MessageRetentionPeriod', '59'],
      ['ReceiveMessageWaitTimeSeconds', '21'],
      ['MaximumMessageSize', '1023'],
    ] as const)('refuses the attribute %s=%s', async ([name, value]) => {
      expect(await refusalOf(makeQueue(client, { [name]: value }))).toEqual(refusedAs('InvalidAttributeValue'));
    });

    it('refuses a message over the limit that was set on the queue', async () => {
      const { QueueUrl } = await makeQueue(client, { MaximumMessageSize: '1024' });
      expect(await attributesOf(client, QueueUrl, 'MaximumMessageSize')).toEqual({ MaximumMessageSize: '1024' });
      const fitting = 'x'.repeat(1_024);
      expect(await refusalOf(client.send(new SendMessageCommand({ QueueUrl, MessageBody: `${fitting}x` })))).toEqual(
        refusedAs('InvalidParameterValue'),
      );
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: fitting }));
      expect((await receiveOne(client, QueueUrl)).Body).toBe(fitting);
    });

    it('computes the digests that SQS does', async () => {
      const { QueueUrl } = await makeQueue(client);
      const MessageAttributes = {
        name: { DataType: 'String', StringValue: 'é✓' },
        count: { DataType: 'Number.int', StringValue: '12' },
        raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 1, 255]) },
      };
      // The client compares the digest of the body itself, and throws when it is another one.
      const sent = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'héllo', MessageAttributes }));
      expect(sent).toMatchObject({
        MD5OfMessageBody: 'be50e8478cf24ff3595bc7307fb91b50',
        MD5OfMessageAttributes: 'a7f5cba838aeb71617d892b3f54f1d4f',
      });
      const received = await receiveOne(client, QueueUrl);
      expect(received).toMatchObject({
        MessageId: sent.MessageId,
        Body: 'héllo',
        MD5OfBody: sent.MD5OfMessageBody,
        MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
        MessageAttributes,
      });
      const batch = await client.send(
        new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'one', MessageBody: 'héllo', MessageAttributes }] }),
      );
      expect(batch.Successful).toEqual([
        {
          Id: 'one',
          MessageId: expect.any(String),
          MD5OfMessageBody: sent.MD5OfMessageBody,
          MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
        },
      ]);
    });

    it('answers the system attributes that were asked for, and only those', async () => {
      const { QueueUrl } = await makeQueue(client);
      const beforeMs = Date.now();
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
      const { Attributes, ReceiptHandle } = await receiveOne(client, QueueUrl);
      expect(Attributes).toMatchObject({ ApproximateReceiveCount: '1', SenderId: expect.any(String) });
      expect(Number(Attributes?.SentTimestamp)).toBeGreaterThanOrEqual(beforeMs);
      expect(Number(Attributes?.ApproximateFirstReceiveTimestamp)).toBeGreaterThanOrEqual(beforeMs);
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
      const again = await client.send(
        new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['ApproximateReceiveCount'] }),
      );
      expect(again.Messages?.[0]?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
    });

    it('delays a message, and counts it as delayed', async () => {
      const { QueueUrl } = await makeQueue(client);
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 1 }));
      expect(await attributesOf(client, QueueUrl, 'ApproximateNumberOfMessagesDelayed')).toEqual({
        ApproximateNumberOfMessagesDelayed: '1',
      });
      expect((await client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toBeUndefined();
      expect((await receiveOne(client, QueueUrl)).Body).toBe('later');
    });

    it('refuses batches that SQS refuses as a whole', async () => {
      const { QueueUrl } = await makeQueue(client);
      const send = (Entries: { Id: string; MessageBody: string }[]) =>
        refusalOf(client.send(new SendMessageBatchCommand({ QueueUrl, Entries })));
      expect(await send([])).toEqual(refusedAs('EmptyBatchRequest'));
      expect(await send(entries(11))).toEqual(refusedAs('TooManyEntriesInBatchRequest'));
      expect(await send([...entries(1), ...entries(1)])).toEqual(refusedAs('BatchEntryIdsNotDistinct'));
      expect(await send([{ Id: 'not/allowed', MessageBody: 'x' }])).toEqual(refusedAs('InvalidBatchEntryId'));
      expect(await send(entries(2, 'x'.repeat(524_289)))).toEqual(refusedAs('BatchRequestTooLong'));
      expect(await refusalOf(client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [] })))).toEqual(
        refusedAs('EmptyBatchRequest'),
      );
      expect((await attributesOf(client, QueueUrl, 'ApproximateNumberOfMessages'))?.ApproximateNumberOfMessages).toBe(
        '0',
      );
    });

    it('refuses a message that SQS refuses', async () => {
      const { QueueUrl } = await makeQueue(client);
      const send = (MessageBody: string) => refusalOf(client.send(new SendMessageCommand({ QueueUrl, MessageBody })));
      expect(await send('bell \u0007')).toEqual(refusedAs('InvalidMessageContents'));
      expect(await send('x'.repeat(1_048_577))).toEqual(refusedAs('InvalidParameterValue'));
      expect(await send('')).toEqual(refusedAs('MissingParameter'));
    });

    it.for([
      [{ MaxNumberOfMessages: 0 }],
      [{ MaxNumberOfMessages: 11 }],
      [{ WaitTimeSeconds: 21 }],
      [{ VisibilityTimeout: 43_201 }],
      [{ VisibilityTimeout: -1 }],
    ] as const)('refuses a receive with %o', async ([options]) => {
      const { QueueUrl } = await makeQueue(client);
      expect(await refusalOf(client.send(new ReceiveMessageCommand({ QueueUrl, ...options })))).toEqual(
        refusedAs('InvalidParameterValue'),
      );
    });

    it('deletes and changes visibility one by one and in batches', async () => {
      const { QueueUrl } = await makeQueue(client);
      await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(2) }));
      const [one, other] = [await receiveOne(client, QueueUrl), await receiveOne(client, QueueUrl)];
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: one.ReceiptHandle }));
      // A second time is no error, as in SQS.
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: one.ReceiptHandle }));
      expect(
        await refusalOf(
          client.send(
            new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: one.ReceiptHandle, VisibilityTimeout: 5 }),
          ),
        ),
      ).toEqual(refusedAs('MessageNotInflight'));
      const changed = await client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl,
          Entries: [
            { Id: 'gone', ReceiptHandle: one.ReceiptHandle, VisibilityTimeout: 5 },
            { Id: 'there', ReceiptHandle: other.ReceiptHandle, VisibilityTimeout: 600 },
          ],
        }),
      );
      expect(changed.Successful).toEqual([{ Id: 'there' }]);
      expect(changed.Failed).toMatchObject([{ Id: 'gone', SenderFault: true }]);
      const deleted = await client.send(
        new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', ReceiptHandle: other.ReceiptHandle }] }),
      );
      expect(deleted.Successful).toEqual([{ Id: 'a' }]);
      expect(await attributesOf(client, QueueUrl, 'ApproximateNumberOfMessagesNotVisible')).toEqual({
        ApproximateNumberOfMessagesNotVisible: '0',
      });
    });

    it('purges', async () => {
      const { QueueUrl } = await makeQueue(client);
      await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(3) }));
      await client.send(new PurgeQueueCommand({ QueueUrl }));
      expect((await client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toBeUndefined();
    });

    it('shows no tags where none were set', async () => {
      const { QueueUrl } = await makeQueue(client);
      expect((await client.send(new ListQueueTagsCommand({ QueueUrl }))).Tags ?? {}).toEqual({});
    });
  });
};

describeProtocol('fauxqs, the oracle', startFauxqs);
describeProtocol('the journal', startServedJournal);

describe('the journal, beyond its oracle', () => {
  let client: SQSClient;
  let started: Awaited<ReturnType<typeof startServedJournal>>;
  beforeAll(async () => {
    started = await startServedJournal();
    client = sqsClient(started.url);
  });
  afterAll(async () => {
    client.destroy();
    await started.close();
  });

  /** A queue with a dead-letter queue that holds `count` messages of it. */
  const makeDeadLetters = async (count: number) => {
    const dead = await makeQueue(client);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
    const source = await makeQueue(client, { RedrivePolicy, VisibilityTimeout: '0' });
    await client.send(new SendMessageBatchCommand({ QueueUrl: source.QueueUrl, Entries: entries(count) }));
    for (let received = 0; received < count; received++) await receiveOne(client, source.QueueUrl);
    // The receive that finds all of them received once too often moves them.
    await client.send(new ReceiveMessageCommand({ QueueUrl: source.QueueUrl, MaxNumberOfMessages: 10 }));
    return { dead, source };
  };

  const receiveAll = async (QueueUrl: string, count: number) => {
    const messages = [];
    while (messages.length < count) messages.push(await receiveOne(client, QueueUrl));
    return messages;
  };

  it('names the queue that a dead letter came from, and the queues that send theirs to one', async () => {
    const { dead, source } = await makeDeadLetters(1);
    expect((await receiveOne(client, dead.QueueUrl)).Attributes).toMatchObject({
      DeadLetterQueueSourceArn: source.arn,
      ApproximateReceiveCount: '2',
    });
    const sources = await client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.QueueUrl }));
    expect(sources.queueUrls).toEqual([source.QueueUrl]);
  });

  it('moves dead letters back to where they came from', async () => {
    const { dead, source } = await makeDeadLetters(3);
    await client.send(
      new SetQueueAttributesCommand({ QueueUrl: source.QueueUrl, Attributes: { VisibilityTimeout: '60' } }),
    );
    const { TaskHandle } = await client.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }));
    expect(TaskHandle).toEqual(expect.any(String));
    expect(await receiveAll(source.QueueUrl, 3)).toHaveLength(3);
    const { Results } = await client.send(new ListMessageMoveTasksCommand({ SourceArn: dead.arn }));
    expect(Results).toMatchObject([{ SourceArn: dead.arn, ApproximateNumberOfMessagesMoved: 3 }]);
    expect(await attributesOf(client, dead.QueueUrl, 'ApproximateNumberOfMessages')).toEqual({
      ApproximateNumberOfMessages: '0',
    });
  });

  it('moves dead letters to another queue, and stops when told to', async () => {
    const { dead } = await makeDeadLetters(5);
    const destination = await makeQueue(client);
    const { TaskHandle } = await client.send(
      new StartMessageMoveTaskCommand({
        SourceArn: dead.arn,
        DestinationArn: destination.arn,
        MaxNumberOfMessagesPerSecond: 1,
      }),
    );
    expect(await refusalOf(client.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn })))).toEqual(
      refusedAs('UnsupportedOperation'),
    );
    await receiveOne(client, destination.QueueUrl);
    const cancelled = await client.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    expect(cancelled.ApproximateNumberOfMessagesMoved).toBeGreaterThanOrEqual(1);
    expect(cancelled.ApproximateNumberOfMessagesMoved).toBeLessThan(5);
    const { Results } = await client.send(new ListMessageMoveTasksCommand({ SourceArn: dead.arn }));
    expect(Results?.[0]).toMatchObject({ Status: 'CANCELLED', DestinationArn: destination.arn });
    expect(Results?.[0]?.TaskHandle).toBeUndefined();
  });

  it('refuses a move from a queue that is nobody’s dead-letter queue, or from none', async () => {
    const { arn } = await makeQueue(client);
    const move = (SourceArn: string) => refusalOf(client.send(new StartMessageMoveTaskCommand({ SourceArn })));
    expect(await move(arn)).toEqual(refusedAs('InvalidParameterValue'));
    expect(await move(`${arn}-gone`)).toEqual(refusedAs('ResourceNotFoundException', 404));
    expect(await refusalOf(client.send(new CancelMessageMoveTaskCommand({ TaskHandle: 'none' })))).toEqual(
      refusedAs('ResourceNotFoundException', 404),
    );
  });

  it('fails the wrong entries of a batch alone', async () => {
    const { QueueUrl } = await makeQueue(client);
    const { Successful, Failed } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'good', MessageBody: 'x' },
          { Id: 'empty', MessageBody: '' },
          { Id: 'late', MessageBody: 'x', DelaySeconds: 901 },
          { Id: 'nul', MessageBody: '\u0000' },
          { Id: 'type', MessageBody: 'x', MessageAttributes: { a: { DataType: 'Float', StringValue: '1' } } },
          { Id: 'fifo', MessageBody: 'x', MessageGroupId: 'group' },
        ],
      }),
    );
    expect(Successful).toMatchObject([{ Id: 'good' }]);
    expect(Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
      ['empty', 'MissingParameter', true],
      ['late', 'InvalidParameterValue', true],
      ['nul', 'InvalidMessageContents', true],
      ['type', 'InvalidParameterValue', true],
      ['fifo', 'UnsupportedOperation', true],
    ]);
  });

  it('answers only the attributes that were asked for, by name or prefix', async () => {
    const { QueueUrl } = await makeQueue(client, { VisibilityTimeout: '0' });
    const attribute = { DataType: 'String', StringValue: 'v' };
    await client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'x',
        MessageAttributes: { 'trace.id': attribute, 'trace.span': attribute, reason: attribute },
      }),
    );
    const names = async (MessageAttributeNames: string[]) => {
      const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames }));
      return Object.keys(Messages?.[0]?.MessageAttributes ?? {}).sort();
    };
    expect(await names([])).toEqual([]);
    expect(await names(['reason', 'other'])).toEqual(['reason']);
    expect(await names(['trace.*'])).toEqual(['trace.id', 'trace.span']);
    expect(await names(['.*'])).toEqual(['reason', 'trace.id', 'trace.span']);
  });

  it('says what it does not do instead of forgetting it', async () => {
    const { QueueUrl } = await makeQueue(client);
    const refusals = [
      [client.send(new TagQueueCommand({ QueueUrl, Tags: { a: 'b' } })), 'UnsupportedOperation'],
      [client.send(new CreateQueueCommand({ QueueName: 'tagged', tags: { a: 'b' } })), 'UnsupportedOperation'],
      [client.send(new CreateQueueCommand({ QueueName: 'ordered.fifo' })), 'UnsupportedOperation'],
      [client.send(new CreateQueueCommand({ QueueName: 'no/slash' })), 'InvalidParameterValue'],
      [makeQueue(client, { KmsMasterKeyId: 'alias/key' }), 'InvalidAttributeName'],
      [makeQueue(client, { SqsManagedSseEnabled: 'true' }), 'InvalidAttributeValue'],
      [makeQueue(client, { RedrivePolicy: '{}' }), 'InvalidAttributeValue'],
    ] as const;
    for (const [call, name] of refusals) expect(await refusalOf(call)).toEqual(refusedAs(name));
  });
});
