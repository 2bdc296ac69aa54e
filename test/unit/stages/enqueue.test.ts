import { describe, expect, it } from 'vitest';
import {
  EventTooLarge,
  InvalidField,
  QueueFull,
  QueueUnavailable,
  ShuttingDown,
} from '../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId, MessageId } from '../../../shared/domain/ids.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { decodePack } from '../../../shared/queue/packs/decode.ts';
import type { OutgoingMessage, SendResult } from '../../../shared/queue/port.ts';
import { createEnqueue } from '../../../shared/stages/enqueue.ts';
import { ManualClock } from '../journal/manual-clock.ts';

const event = (number: number, payload = '{}'): AcceptedEvent => ({
  consultationId: 'c' as ConsultationId,
  eventId: `00000000-0000-7000-8000-${String(number).padStart(12, '0')}` as EventId,
  eventType: 'X',
  userId: undefined,
  occurredAt: undefined,
  receivedAt: '2026-11-23T10:11:12.345Z',
  requestIndex: 0,
  segment: 'general',
  payload,
  leaf: new Uint8Array(32),
});

const eventsIn = (message: OutgoingMessage | undefined): number => decodePack(message?.body ?? '').events.length;

/** A queue whose calls the test answers one by one. */
const heldQueue = () => {
  const calls: {
    messages: readonly OutgoingMessage[];
    answer: (results?: readonly SendResult[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  let arrived = Promise.withResolvers<void>();
  return {
    calls,
    /** Resolves when there have been this many calls. */
    called: async (count: number): Promise<void> => {
      while (calls.length < count) await arrived.promise;
    },
    queue: {
      sendBatch: (messages: readonly OutgoingMessage[]) => {
        const { promise, resolve, reject } = Promise.withResolvers<readonly SendResult[]>();
        const sent = messages.map(
          (_, place): SendResult => ({ status: 'sent', messageId: `m${calls.length}.${place}` as MessageId }),
        );
        calls.push({ messages, answer: (results = sent) => resolve(results), fail: reject });
        arrived.resolve();
        arrived = Promise.withResolvers();
        return promise;
      },
    },
  };
};

const sleeps: number[] = [];
const clock: Clock = {
  nowMs: () => 0,
  monotonicMs: () => 0,
  sleep: async (ms) => void sleeps.push(ms),
  after: () => ({ cancel: () => {} }),
};

const failed = (senderFault = false): SendResult => ({
  status: 'failed',
  code: 'InternalError',
  message: 'no',
  senderFault,
});
const options = { clock, packBytes: 262_144, callIntervalMs: 0 };

describe('ENQUEUE', () => {
  it('lets requests of one turn share a message, and what arrives meanwhile share the next', async () => {
    const { queue, calls, called } = heldQueue();
    const enqueue = createEnqueue({ ...options, queue });
    const first = [enqueue.one(event(1)), enqueue.one(event(2))];
    await called(1);
    const second = [enqueue.one(event(3)), enqueue.one(event(4)), enqueue.one(event(5))];
    expect(calls.map(({ messages }) => messages.map(eventsIn))).toEqual([[2]]);
    calls[0]?.answer();
    expect(await Promise.all(first)).toEqual(['m0.0', 'm0.0']);
    await called(2);
    calls[1]?.answer();
    expect(await Promise.all(second)).toEqual(['m1.0', 'm1.0', 'm1.0']);
    expect(calls[1]?.messages.map(eventsIn)).toEqual([3]);
  });

  it('lets what arrives soon after a call share the next one', async () => {
    const { queue, calls, called } = heldQueue();
    const time = new ManualClock();
    const enqueue = createEnqueue({ ...options, clock: time, callIntervalMs: 3, queue });
    const first = enqueue.one(event(1));
    await called(1);
    time.advance(1);
    calls[0]?.answer();
    await first;
    const soon = [enqueue.one(event(2)), enqueue.one(event(3))];
    time.advance(1);
    expect(calls).toHaveLength(1);
    time.advance(1);
    await called(2);
    expect(calls[1]?.messages.map(eventsIn)).toEqual([2]);
    calls[1]?.answer();
    await Promise.all(soon);
    time.advance(3);
    const late = enqueue.one(event(4));
    await called(3);
    calls[2]?.answer();
    await late;
  });

  it('starts a new message at the pack size and a new call at the largest call, counted in UTF-8 bytes', async () => {
    const { queue, calls, called } = heldQueue();
    const enqueue = createEnqueue({ ...options, queue });
    // 120,000 two-byte characters each: two in a pack would be fewer than 262,144 characters, but more bytes.
    const all = Array.from({ length: 6 }, (_, number) => enqueue.one(event(number, `{"a":"${'é'.repeat(120_000)}"}`)));
    await called(1);
    calls[0]?.answer();
    await called(2);
    calls[1]?.answer();
    expect(new Set(await Promise.all(all)).size).toBe(6);
    expect(calls.map(({ messages }) => messages.map(eventsIn))).toEqual([
      [1, 1, 1, 1],
      [1, 1],
    ]);
  });

  it('sends each of many small events once, over several full calls', async () => {
    const { queue, calls, called } = heldQueue();
    const enqueue = createEnqueue({ ...options, queue });
    const sent = Array.from({ length: 9_000 }, (_, number) => event(number));
    const all = Promise.all(sent.map((one) => enqueue.one(one)));
    for (let held = 0; held < sent.length; ) {
      const call = calls.length;
      await called(call + 1);
      calls[call]?.answer();
      held += calls[call]?.messages.reduce((sum, message) => sum + eventsIn(message), 0) ?? 0;
    }
    expect(await all).toHaveLength(9_000);
    const held = calls.flatMap(({ messages }) => messages.flatMap(({ body }) => decodePack(body).events));
    expect(held.map(({ eventId }) => eventId)).toEqual(sent.map(({ eventId }) => eventId));
  });

  it('sends at most ten messages in a call', async () => {
    const { queue, calls, called } = heldQueue();
    const enqueue = createEnqueue({ ...options, packBytes: 1_024, queue });
    const all = enqueue.many(Array.from({ length: 12 }, (_, number) => event(number, `{"a":"${'x'.repeat(900)}"}`)));
    await called(1);
    calls[0]?.answer();
    await called(2);
    calls[1]?.answer();
    await all;
    expect(calls.map(({ messages }) => messages.length)).toEqual([10, 2]);
  });

  it('sends what the queue could not take again, twice, and then says 503 to those alone', async () => {
    const { queue, calls, called } = heldQueue();
    const enqueue = createEnqueue({ ...options, packBytes: 1_024, queue });
    const payload = `{"a":"${'x'.repeat(900)}"}`;
    sleeps.length = 0;
    const all = enqueue.many([event(1, payload), event(2, payload)]);
    await called(1);
    calls[0]?.answer([failed(), { status: 'sent', messageId: 'good' as MessageId }]);
    await called(2);
    calls[1]?.answer([failed()]);
    await called(3);
    calls[2]?.answer([failed()]);
    const [bad, good] = await all;
    expect(good).toBe('good');
    expect(bad).toBeInstanceOf(QueueUnavailable);
    expect(calls).toHaveLength(3);
    expect(sleeps).toEqual([50, 200]);
  });

  it('finds the one event that the queue refuses, and saves its neighbours', async () => {
    const { queue, calls, called } = heldQueue();
    const enqueue = createEnqueue({ ...options, queue });
    const all = enqueue.many([event(1), event(2), event(3)]);
    await called(1);
    calls[0]?.answer([failed(true)]);
    await called(2);
    const good = (id: string): SendResult => ({ status: 'sent', messageId: id as MessageId });
    calls[1]?.answer([good('a'), failed(true), good('c')]);
    const [first, second, third] = await all;
    expect(calls[1]?.messages.map(eventsIn)).toEqual([1, 1, 1]);
    expect([first, third]).toEqual(['a', 'c']);
    expect(second).toBeInstanceOf(InvalidField);
  });

  it('says 503 when the queue throws, and to nobody else', async () => {
    const { queue, calls, called } = heldQueue();
    const enqueue = createEnqueue({ ...options, queue });
    const lost = enqueue.one(event(1));
    await called(1);
    const next = enqueue.one(event(2));
    calls[0]?.fail(new Error('ECONNREFUSED'));
    await expect(lost).rejects.toBeInstanceOf(QueueUnavailable);
    await called(2);
    calls[1]?.answer();
    expect(await next).toBe('m1.0');
  });

  it('takes an answer that does not mention a message for a failure', async () => {
    const { queue, calls, called } = heldQueue();
    const enqueue = createEnqueue({ ...options, queue });
    const one = enqueue.one(event(1));
    await called(1);
    calls[0]?.answer([]);
    await called(2);
    calls[1]?.answer();
    expect(await one).toBe('m1.0');
  });

  it('refuses an event that fits no message, at once', async () => {
    const { queue, calls } = heldQueue();
    const enqueue = createEnqueue({ ...options, queue });
    expect(() => enqueue.one(event(1, `{"a":"${'é'.repeat(524_288)}"}`))).toThrow(EventTooLarge);
    const [large] = await enqueue.many([event(1, `{"a":"${'x'.repeat(1_048_576)}"}`)]);
    expect(large).toMatchObject({ tag: 'EventTooLarge', status: 413, field: 'payload' });
    expect(calls).toHaveLength(0);
  });

  it('says 429 when more waits than fits in memory', async () => {
    const { queue, calls, called } = heldQueue();
    const enqueue = createEnqueue({ ...options, queue, maxWaitingBytes: 500 });
    const taken = [enqueue.one(event(1)), enqueue.one(event(2)), enqueue.one(event(3))];
    expect(() => enqueue.one(event(4))).toThrow(QueueFull);
    await called(1);
    calls[0]?.answer();
    await Promise.all(taken);
  });

  it('drains: takes nothing new, and waits for what it took', async () => {
    const { queue, calls, called } = heldQueue();
    const enqueue = createEnqueue({ ...options, queue });
    const taken = enqueue.one(event(1));
    let drained = false;
    const draining = enqueue.drain().then(() => {
      drained = true;
    });
    expect(() => enqueue.one(event(2))).toThrow(ShuttingDown);
    await called(1);
    expect(drained).toBe(false);
    calls[0]?.answer();
    await draining;
    expect(await taken).toBe('m0.0');
    expect(calls).toHaveLength(1);
  });

  it('drains what waits to be tried again, too', async () => {
    const { queue, calls, called } = heldQueue();
    const backoff = Promise.withResolvers<void>();
    const enqueue = createEnqueue({ ...options, clock: { ...clock, sleep: () => backoff.promise }, queue });
    const taken = enqueue.one(event(1));
    await called(1);
    calls[0]?.answer([failed()]);
    await new Promise((resolve) => setImmediate(resolve));
    let drained = false;
    const draining = enqueue.drain().then(() => {
      drained = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(drained).toBe(false);
    backoff.resolve();
    await called(2);
    calls[1]?.answer();
    await draining;
    expect(await taken).toBe('m1.0');
  });
});
