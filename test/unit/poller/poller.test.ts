import type { SQSEvent } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageId, ReceiptHandle } from '../../../shared/domain/ids.ts';
import { readBatchResponse } from '../../../shared/queue/poller/batch-response.ts';
import { createHealth } from '../../../shared/queue/poller/health.ts';
import { jsonBytes } from '../../../shared/queue/poller/json-bytes.ts';
import { startPoller } from '../../../shared/queue/poller/poller.ts';
import { emptyEventBytes, recordBytes, sqsEvent } from '../../../shared/queue/poller/sqs-event.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { createSimulation } from '../../property/poller/simulation.ts';
import { createSqsModel } from '../../property/poller/sqs-model.ts';

const source = { arn: 'arn:aws:sqs:eu-west-1:000000000000:fi-events', region: 'eu-west-1' };
const ids = ['a', 'b'] as MessageId[];

describe('readBatchResponse', () => {
  it.each([
    undefined,
    null,
    {},
    { batchItemFailures: null },
    { batchItemFailures: [] },
    { batchItemFailures: undefined },
  ])('takes %j for full success, as Lambda does', (response) =>
    expect(readBatchResponse(response, ids)).toEqual({ kind: 'answered', failed: new Set() }),
  );

  it.each([
    'text',
    7,
    [],
    { batchItemFailures: 'a' },
    { batchItemFailures: {} },
    { batchItemFailures: [{ itemIdentifier: '' }] },
    { batchItemFailures: [{ itemIdentifier: null }] },
    { batchItemFailures: [{ id: 'a' }] },
    { batchItemFailures: ['a'] },
    { batchItemFailures: [null] },
    { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'unknown' }] },
  ])('takes %j for the failure of the whole batch', (response) =>
    expect(readBatchResponse(response, ids)).toMatchObject({ kind: 'failed' }),
  );

  it('names the messages that failed', () => {
    const response = { batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'b' }] };
    expect(readBatchResponse(response, ids)).toEqual({ kind: 'answered', failed: new Set(['b']) });
  });
});

describe('the size of an event', () => {
  it('is counted without rendering it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[^\t\n\r -\uFFFD\u{10000}-\u{10FFFF}]/gu, '"')),
        (text) => jsonBytes(text) === Buffer.byteLength(JSON.stringify(text)),
      ),
    );
  });

  it('is that of its records and the frame around them', () => {
    const message = (body: string) => ({
      messageId: 'a' as MessageId,
      receiptHandle: 'h"h' as ReceiptHandle,
      body,
      attributes: { reason: 'ñ' },
      receiveCount: 12,
      sentAtMs: 1_700_000_000_000,
    });
    const messages = [message('{"é": "\n"}'), message('')];
    const bytes = messages.reduce((sum, each) => sum + recordBytes(each, source), emptyEventBytes);
    // The last record has no comma behind it.
    expect(bytes - 1).toBe(Buffer.byteLength(JSON.stringify(sqsEvent(messages, source))));
  });
});

describe('createHealth', () => {
  it('pauses longer after each failure, at most 10 s, until something succeeds', () => {
    const health = createHealth();
    const pauses = Array.from({ length: 7 }, () => {
      health.failed();
      return health.pauseMs();
    });
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    health.succeeded();
    expect(health.pauseMs()).toBe(0);
    expect(health.isProbing()).toBe(false);
  });
});

const arrange = (changes: { batchSize?: number; batchWindowMs?: number; maximumConcurrency?: number } = {}) => {
  const simulation = createSimulation();
  const model = createSqsModel({ simulation, maxReceiveCount: 1_000, random: () => 0.5, failureRate: 0, latencyMs: 2 });
  const invocations: { atMs: number; messages: number; receiveCounts: number[] }[] = [];
  const start = (answer: (event: SQSEvent) => Promise<unknown>, retryDelay?: 'growing') =>
    startPoller({
      queue: model.receiver,
      invoke: (event) => {
        const receiveCounts = event.Records.map(({ attributes }) => Number(attributes.ApproximateReceiveCount));
        invocations.push({ atMs: simulation.nowMs(), messages: event.Records.length, receiveCounts });
        return answer(event);
      },
      source,
      clock: simulation,
      logger: silentLogger,
      batchSize: 100,
      batchWindowMs: 200,
      maximumConcurrency: 1,
      visibilityTimeoutSeconds: 30,
      ...changes,
      ...(retryDelay === undefined ? {} : { retryDelay }),
    });
  return { simulation, model, invocations, start };
};

describe('startPoller', () => {
  it('fills a batch with several receive calls and does not wait for its window when it is full', async () => {
    const { simulation, model, invocations, start } = arrange({ batchSize: 35, batchWindowMs: 60_000 });
    for (let index = 0; index < 70; index++) model.send('body');
    const poller = start(async () => undefined);
    await simulation.run(simulation.sleep(1_000));
    await simulation.run(poller.stop());
    expect(invocations.map(({ messages }) => messages)).toEqual([35, 35]);
    expect(model.messages.size).toBe(0);
  });

  it('invokes when the window is over, with what came meanwhile', async () => {
    const { simulation, model, invocations, start } = arrange({ batchWindowMs: 200 });
    const poller = start(async () => undefined);
    for (const pauseMs of [1_000, 50, 50, 500]) {
      await simulation.run(simulation.sleep(pauseMs));
      model.send('body');
    }
    await simulation.run(simulation.sleep(1_000));
    await simulation.run(poller.stop());
    expect(invocations.map(({ messages }) => messages)).toEqual([3, 1]);
    expect(invocations[0]?.atMs).toBeGreaterThanOrEqual(1_200);
    expect(invocations[0]?.atMs).toBeLessThan(1_250);
  });

  it('lets the next batch grow while the only slot is busy', async () => {
    const { simulation, model, invocations, start } = arrange();
    const poller = start(() => simulation.sleep(5_000));
    for (let index = 0; index < 20; index++) {
      model.send('body');
      await simulation.run(simulation.sleep(200));
    }
    await simulation.run(simulation.sleep(8_000));
    await simulation.run(poller.stop());
    expect(invocations).toHaveLength(2);
    expect(invocations.reduce((sum, { messages }) => sum + messages, 0)).toBe(20);
  });

  it('keeps a batch that runs for longer than the visibility timeout, and the one that waits behind it', async () => {
    const { simulation, model, invocations, start } = arrange({ batchSize: 10 });
    for (let index = 0; index < 20; index++) model.send('body');
    const poller = start(() => simulation.sleep(100_000));
    await simulation.run(simulation.sleep(250_000));
    await simulation.run(poller.stop());
    expect(invocations.flatMap(({ receiveCounts }) => receiveCounts)).toEqual(Array(20).fill(1));
    expect(model.messages.size).toBe(0);
  });

  it('probes with one small batch, ever more seldom, while everything fails', async () => {
    const { simulation, model, invocations, start } = arrange({ maximumConcurrency: 3, batchSize: 50 });
    for (let index = 0; index < 500; index++) model.send('body');
    let isDown = true;
    const poller = start(async () => {
      if (isDown) throw new Error('the store is down');
    });
    await simulation.run(simulation.sleep(60_000));
    const whileDown = invocations.length;
    expect(whileDown).toBeLessThan(12);
    expect(invocations.slice(4).every(({ messages }) => messages <= 10)).toBe(true);
    isDown = false;
    await simulation.run(simulation.sleep(60_000));
    await simulation.run(poller.stop());
    expect(model.messages.size).toBe(0);
  });

  it('tries a failed message after its visibility timeout, or sooner and ever later when asked to', async () => {
    const timesOf = async (retryDelay?: 'growing') => {
      const { simulation, model, invocations, start } = arrange({ batchWindowMs: 0 });
      model.send('good');
      const bad = model.send('bad');
      const poller = start(async ({ Records }) => {
        const failures = Records.filter(({ messageId }) => messageId === bad);
        // A good message beside it says that the function works.
        model.send('good');
        return { batchItemFailures: failures.map(({ messageId }) => ({ itemIdentifier: messageId })) };
      }, retryDelay);
      await simulation.run(simulation.sleep(10));
      let times = 1;
      const at: number[] = [];
      while (at.length < 3) {
        await simulation.run(simulation.sleep(100));
        const count = model.receiveCounts()[1] ?? 0;
        if (count > times) at.push(Math.round(simulation.nowMs() / 1_000));
        times = count;
      }
      await simulation.run(poller.stop());
      expect(invocations.length).toBeGreaterThan(3);
      return at;
    };
    expect(await timesOf('growing')).toEqual([1, 3, 7]);
    expect(await timesOf()).toEqual([30, 60, 90]);
  });

  it.each([
    { batchSize: 0 },
    { batchSize: 10_001 },
    { batchWindowMs: -1 },
    { batchWindowMs: 300_001 },
    { maximumConcurrency: 0 },
  ])('refuses %j', (changes) => {
    const { start } = arrange(changes);
    expect(() => start(async () => undefined)).toThrow(RangeError);
  });
});
