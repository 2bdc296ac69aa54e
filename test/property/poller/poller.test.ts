import type { SQSEvent } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageId } from '../../../shared/domain/ids.ts';
import { startPoller } from '../../../shared/queue/poller/poller.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { createSimulation } from './simulation.ts';
import { createSqsModel } from './sqs-model.ts';

const source = { arn: 'arn:aws:sqs:eu-west-1:000000000000:fi-events', region: 'eu-west-1' };

/** Numerical Recipes' generator: the whole run follows from one seed. */
const createRandom = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const scenario = fc.record({
  seed: fc.nat(),
  messages: fc.integer({ min: 1, max: 60 }),
  spreadMs: fc.constantFrom(0, 500, 20_000),
  poisonRate: fc.constantFrom(0, 0.1),
  outageRate: fc.constantFrom(0, 0.2),
  failureRate: fc.constantFrom(0, 0.05),
  slowestMs: fc.constantFrom(5, 400, 25_000),
  batchSize: fc.integer({ min: 1, max: 25 }),
  batchWindowMs: fc.constantFrom(0, 200, 5_000),
  maximumConcurrency: fc.integer({ min: 1, max: 3 }),
  visibilityTimeoutSeconds: fc.constantFrom(2, 10),
  maxReceiveCount: fc.integer({ min: 3, max: 6 }),
  bodyLength: fc.constantFrom(10, 2_000),
  payloadBytes: fc.constantFrom(8_000, 6 * 1024 * 1024),
  retryDelay: fc.constantFrom('visibility-timeout' as const, 'growing' as const),
  stopAfterMs: fc.option(fc.integer({ min: 0, max: 30_000 }), { nil: undefined }),
});
type Scenario = {
  [Name in keyof Drawn]: Drawn[Name] extends number | undefined
    ? number | Extract<Drawn[Name], undefined>
    : Drawn[Name];
};
type Drawn = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

/** Runs a poller with a function that stores, fails, answers nonsense or throws, and watches every promise. */
const play = async (given: Scenario) => {
  const random = createRandom(given.seed);
  const simulation = createSimulation();
  const model = createSqsModel({ ...given, simulation, random, latencyMs: 5 });
  const stored = new Set<string>();
  const poison = new Set<MessageId>();
  const violations: string[] = [];
  let running = 0;
  let stopped = false;
  let invokedMs = 0;

  const send = async (): Promise<void> => {
    for (let index = 0; index < given.messages; index++) {
      await simulation.sleep((random() * given.spreadMs * 2) / given.messages);
      const id = model.send('b'.repeat(given.bodyLength));
      if (random() < given.poisonRate) poison.add(id);
    }
  };

  const invoke = async (event: SQSEvent): Promise<unknown> => {
    running++;
    invokedMs = simulation.nowMs();
    if (stopped) violations.push('invoked after the stop');
    if (running > given.maximumConcurrency) violations.push(`${running} at a time`);
    if (event.Records.length > given.batchSize) violations.push(`${event.Records.length} in a batch`);
    if (event.Records.length === 0) violations.push('an empty batch');
    const bytes = Buffer.byteLength(JSON.stringify(event));
    if (bytes > given.payloadBytes && event.Records.length > 1) violations.push(`${bytes} bytes`);
    await simulation.sleep(random() * given.slowestMs);
    running--;
    const fate = random();
    if (fate < given.outageRate / 2) throw new Error('the function failed');
    if (fate < given.outageRate) return { batchItemFailures: [{ itemIdentifier: 'nobody' }] };
    const failed = event.Records.filter(
      ({ messageId }) => poison.has(messageId as MessageId) || random() < given.outageRate,
    );
    for (const record of event.Records) if (!failed.includes(record)) stored.add(record.messageId);
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

  const poller = startPoller({
    ...given,
    queue: model.receiver,
    invoke,
    source,
    clock: simulation,
    logger: silentLogger,
  });
  const sending = send();
  const finished = async (): Promise<void> => {
    await sending;
    while (model.messages.size > 0) await simulation.sleep(1_000);
  };
  await simulation.run(given.stopAfterMs === undefined ? finished() : simulation.sleep(given.stopAfterMs));
  const stopping = poller.stop();
  stopped = true;
  await simulation.run(stopping);
  await simulation.run(sending);
  if (invokedMs > simulation.nowMs()) violations.push('time went backwards');
  return { model, stored, poison, violations, simulation, running };
};

describe('the poller, against a model of SQS that fails at random', () => {
  it('acknowledges nothing that is not stored, brings back what failed, and leaves poison to redrive', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const { model, stored, poison, violations, running } = await play(given);
        expect(violations).toEqual([]);
        expect(running).toBe(0);
        for (const id of model.deleted) expect(stored).toContain(id);
        for (const id of poison) expect(model.deleted).not.toContain(id);
        expect(model.deleted.size + model.messages.size + model.deadLetters.length).toBe(given.messages);
        for (const { receiveCount } of model.deadLetters) expect(receiveCount).toBe(given.maxReceiveCount);
        if (given.stopAfterMs === undefined) {
          const dead = new Set(model.deadLetters.map(({ id }) => id));
          for (const id of poison) expect(dead).toContain(id);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('delivers each message once, and nothing to redrive, as long as nothing fails', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const calm = { ...given, poisonRate: 0, outageRate: 0, failureRate: 0, stopAfterMs: undefined };
        const { model, stored } = await play(calm);
        expect(model.receiveCounts()).toEqual(Array(given.messages).fill(1));
        expect(stored.size).toBe(given.messages);
      }),
      { numRuns: 60 },
    );
  });

  it('stops without keeping what no function has seen: it is visible again at once', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, fc.integer({ min: 0, max: 3_000 }), async (given, stopAfterMs) => {
        const calm = { ...given, poisonRate: 0, outageRate: 0, failureRate: 0, stopAfterMs, spreadMs: 500 };
        const { model, simulation } = await play(calm);
        for (const { visibleAtMs } of model.messages.values())
          expect(visibleAtMs).toBeLessThanOrEqual(simulation.nowMs());
      }),
      { numRuns: 60 },
    );
  });
});
