import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/domain/limits.ts';
import type { Queue, ReceivedMessage, ReceiveOptions } from '../../shared/queue/port.ts';

export interface QueueSettings {
  readonly visibilityTimeoutSeconds: number;
  readonly redrive?: { readonly deadLetterQueueName: string; readonly maxReceiveCount: number };
}

export interface QueueUnderTest {
  readonly queue: Queue;
  /** The one named in `redrive`. */
  readonly deadLetterQueue: Queue | undefined;
  /** Deletes every message; not in the port, since no product code purges. */
  readonly purge: () => Promise<void>;
}

/** Makes a queue of that name, empty, with that visibility timeout. */
export type MakeQueue = (name: string, settings: QueueSettings) => Promise<QueueUnderTest>;

/**
 * Where an implementation is looser than the port promises, by name: a test for it is left out and its name says so.
 * Nothing may be listed for the product's own queue.
 */
export interface Looseness {
  /** A long poll goes on in the server after its client has left, and takes the next message. */
  readonly pollOutlivesItsClient?: boolean;
  /** Refuses characters beyond U+FFFF, which SQS allows. */
  readonly refusesAstralCharacters?: boolean;
}

const settings: QueueSettings = { visibilityTimeoutSeconds: 30 };
const longPollSeconds = 10;

const take = (queue: Queue, options: Partial<ReceiveOptions> = {}): Promise<readonly ReceivedMessage[]> =>
  queue.receive({ maxMessages: 10, waitTimeSeconds: longPollSeconds, ...options });

const takeOne = async (queue: Queue, options: Partial<ReceiveOptions> = {}): Promise<ReceivedMessage> => {
  const [message] = await take(queue, { maxMessages: 1, ...options });
  if (message === undefined) throw new Error('The queue had no message.');
  return message;
};

/** Receives until `count` messages are there: SQS may answer a receive with fewer than it has. */
const takeAll = async (queue: Queue, count: number): Promise<readonly ReceivedMessage[]> => {
  const messages: ReceivedMessage[] = [];
  while (messages.length < count) {
    const more = await take(queue);
    if (more.length === 0) throw new Error(`Only ${messages.length} of ${count} messages came.`);
    messages.push(...more);
  }
  return messages;
};

const nothingWaits = async (queue: Queue): Promise<void> => {
  expect(await take(queue, { waitTimeSeconds: 0 })).toEqual([]);
};

const send = async (queue: Queue, ...bodies: string[]): Promise<void> => {
  const results = await queue.sendBatch(bodies.map((body) => ({ body })));
  expect(results.map(({ status }) => status)).toEqual(bodies.map(() => 'sent'));
};

const bodiesOf = (messages: readonly ReceivedMessage[]): readonly string[] => messages.map(({ body }) => body).sort();

/**
 * What every queue behind the port promises. SQS promises less in places; there the port asks for what all our code may rely on:
 * - no order between messages (results of one call are in its order);
 * - a receipt handle is good for the receive that gave it: once the message was received again, the old one deletes nothing
 *   (SQS says that it *may* not). Whether it is then reported as failed is up to the queue;
 * - a send of too many messages rejects as a whole, and nothing of it is sent.
 */
export const describeQueueContract = (name: string, makeQueue: MakeQueue, loose: Looseness = {}): void => {
  const make = async (overrides: Partial<QueueSettings> = {}): Promise<QueueUnderTest> =>
    makeQueue(`contract-${randomUUID()}`, { ...settings, ...overrides });

  describe.concurrent(`${name}: sending`, () => {
    it('delivers what was sent, with its id, time and count', async () => {
      const { queue } = await make();
      const before = Date.now();
      const [result] = await queue.sendBatch([{ body: 'hello' }]);
      const message = await takeOne(queue);
      expect(message).toMatchObject({ body: 'hello', attributes: {}, receiveCount: 1 });
      expect(result).toEqual({ status: 'sent', messageId: message.messageId });
      expect(message.sentAtMs).toBeGreaterThanOrEqual(before);
      expect(message.sentAtMs).toBeLessThanOrEqual(Date.now());
    });

    it('keeps attributes', async () => {
      const { queue } = await make();
      const attributes = { reason: 'conflict', 'trace.id': 'é✓', 'rows:Number': '12', 'thumb:Binary': 'AAH/' };
      await queue.sendBatch([{ body: 'with', attributes }, { body: 'without' }]);
      const messages = await takeAll(queue, 2);
      expect(Object.fromEntries(messages.map((message) => [message.body, message.attributes]))).toEqual({
        with: attributes,
        without: {},
      });
    });

    it('answers in the order of the call, each id for its own message', async () => {
      const { queue } = await make();
      const bodies = Array.from({ length: limits.entriesPerCall }, (_, index) => `body ${index}`);
      const results = await queue.sendBatch(bodies.map((body) => ({ body })));
      const sent = results.map((result) => (result.status === 'sent' ? result.messageId : result.code));
      const received = new Map((await takeAll(queue, bodies.length)).map((one) => [one.body, one.messageId]));
      expect(sent).toEqual(bodies.map((body) => received.get(body)));
      expect(new Set(sent).size).toBe(bodies.length);
    });

    it('does nothing for no messages', async () => {
      const { queue } = await make();
      expect(await queue.sendBatch([])).toEqual([]);
      expect(await queue.deleteBatch([])).toEqual([]);
      expect(await queue.changeVisibility([], 5)).toEqual([]);
    });

    it('takes a message of the largest size', async () => {
      const { queue } = await make();
      const body = 'x'.repeat(limits.messageBytes);
      await send(queue, body);
      expect((await takeOne(queue)).body === body).toBe(true);
    });

    it('sends nothing of a call with more than ten messages', async () => {
      const { queue } = await make();
      const messages = Array.from({ length: limits.entriesPerCall + 1 }, (_, index) => ({ body: `${index}` }));
      await expect(queue.sendBatch(messages)).rejects.toThrow();
      await nothingWaits(queue);
    });

    it('sends nothing of a call larger than the limit in bytes', async () => {
      const { queue } = await make();
      const half = 'é'.repeat(limits.messageBytes / 4);
      await expect(queue.sendBatch([{ body: half }, { body: `${half}x` }])).rejects.toThrow();
      await nothingWaits(queue);
    });

    it('keeps every character that SQS allows', async () => {
      const { queue } = await make();
      const body = `tab\tline\nreturn\r quote" back\\ é 漢 \uD7FF\uE000\uFFFD${loose.refusesAstralCharacters ? '' : '😀\u{10FFFF}'}`;
      await send(queue, body);
      expect((await takeOne(queue)).body).toBe(body);
    });

    it.for([
      ['NUL', '\u0000'],
      ['a control character', '\u001b'],
      ['U+FFFE', '\uFFFE'],
      ['U+FFFF', '\uFFFF'],
      ['a lone surrogate', '\uD800'],
    ] as const)('refuses %s alone, as the fault of its sender', async ([, character]) => {
      const { queue } = await make();
      const results = await queue.sendBatch([{ body: 'good' }, { body: `bad${character}` }, { body: 'fine' }]);
      expect(results.map(({ status }) => status)).toEqual(['sent', 'failed', 'sent']);
      expect(results[1]).toMatchObject({ code: 'InvalidMessageContents', senderFault: true });
      expect(bodiesOf(await takeAll(queue, 2))).toEqual(['fine', 'good']);
    });
  });

  describe.concurrent(`${name}: receiving`, () => {
    it('answers nothing from an empty queue', async () => {
      const { queue } = await make();
      await nothingWaits(queue);
      expect(await take(queue, { waitTimeSeconds: 1 })).toEqual([]);
    });

    it('takes no more than it was asked for', async () => {
      const { queue } = await make();
      await send(queue, 'a', 'b', 'c');
      expect(await take(queue, { maxMessages: 2 })).toHaveLength(2);
      expect(await take(queue)).toHaveLength(1);
    });

    it('wakes a long poll when a message is sent', async () => {
      const { queue } = await make();
      const startedMs = performance.now();
      const polled = take(queue);
      await send(queue, 'wake up');
      expect(bodiesOf(await polled)).toEqual(['wake up']);
      expect(performance.now() - startedMs).toBeLessThan((longPollSeconds * 1_000) / 2);
    });

    it('gives a message to one of several that wait', async () => {
      const { queue } = await make();
      const abort = new AbortController();
      const polls = [1, 2, 3].map(() => take(queue, { signal: abort.signal }));
      await send(queue, 'only one');
      await Promise.race(polls);
      abort.abort();
      expect(bodiesOf((await Promise.all(polls)).flat())).toEqual(['only one']);
    });

    it('ends a long poll with nothing when aborted', async () => {
      const { queue } = await make();
      const abort = new AbortController();
      const startedMs = performance.now();
      const polled = take(queue, { signal: abort.signal });
      // A call of its own makes sure that the server has the poll before it is aborted.
      await queue.depth();
      abort.abort();
      expect(await polled).toEqual([]);
      expect(await take(queue, { signal: abort.signal })).toEqual([]);
      expect(performance.now() - startedMs).toBeLessThan((longPollSeconds * 1_000) / 2);
    });

    if (!loose.pollOutlivesItsClient) {
      it('takes nothing for a poll that was aborted', async () => {
        const { queue } = await make();
        const abort = new AbortController();
        const polled = take(queue, { signal: abort.signal });
        await queue.depth();
        abort.abort();
        await polled;
        await send(queue, 'for the next');
        expect(await takeOne(queue)).toMatchObject({ body: 'for the next' });
      });
    }
  });

  describe.concurrent(`${name}: visibility`, () => {
    it('hides a received message, and brings it back with a higher count when its time is over', async () => {
      const { queue } = await make({ visibilityTimeoutSeconds: 1 });
      await send(queue, 'again');
      const first = await takeOne(queue);
      await nothingWaits(queue);
      const second = await takeOne(queue);
      expect(second).toMatchObject({ messageId: first.messageId, body: 'again', receiveCount: 2 });
      expect(second.sentAtMs).toBe(first.sentAtMs);
      expect(second.receiptHandle).not.toBe(first.receiptHandle);
    });

    it('takes the visibility timeout of the receive rather than the queue’s', async () => {
      const { queue } = await make({ visibilityTimeoutSeconds: 600 });
      await send(queue, 'soon');
      await takeOne(queue, { visibilityTimeoutSeconds: 1 });
      expect(await takeOne(queue)).toMatchObject({ receiveCount: 2 });
    });

    it('gives a message back at once when its visibility is set to 0', async () => {
      const { queue } = await make();
      await send(queue, 'back');
      const { receiptHandle } = await takeOne(queue);
      expect(await queue.changeVisibility([receiptHandle], 0)).toEqual([]);
      expect(await takeOne(queue)).toMatchObject({ receiveCount: 2 });
    });

    it('wakes a long poll when a message is given back', async () => {
      const { queue } = await make();
      await send(queue, 'back');
      const { receiptHandle } = await takeOne(queue);
      const polled = take(queue);
      await queue.changeVisibility([receiptHandle], 0);
      expect(await polled).toHaveLength(1);
    });

    it('keeps a message hidden for longer when its visibility is extended', async () => {
      const { queue } = await make({ visibilityTimeoutSeconds: 1 });
      await send(queue, 'extended', 'not extended');
      const messages = await takeAll(queue, 2);
      const extended = messages.find(({ body }) => body === 'extended');
      if (extended === undefined) throw new Error('The message did not come.');
      expect(await queue.changeVisibility([extended.receiptHandle], 600)).toEqual([]);
      expect(bodiesOf(await take(queue))).toEqual(['not extended']);
      expect(await queue.deleteBatch([extended.receiptHandle])).toEqual([]);
    });

    it('deletes for good', async () => {
      const { queue } = await make({ visibilityTimeoutSeconds: 1 });
      await send(queue, ...Array.from({ length: 10 }, (_, index) => `a${index}`));
      await send(queue, ...Array.from({ length: 10 }, (_, index) => `b${index}`));
      await send(queue, 'stays');
      const messages = await takeAll(queue, 21);
      const gone = messages.filter(({ body }) => body !== 'stays').map(({ receiptHandle }) => receiptHandle);
      expect(await queue.deleteBatch(gone)).toEqual([]);
      expect(bodiesOf(await take(queue))).toEqual(['stays']);
    });

    it('deletes once what is named twice, in one call or in several at a time', async () => {
      const { queue } = await make();
      await send(queue, 'a', 'b', 'c');
      const [first, second] = await takeAll(queue, 3);
      if (first === undefined || second === undefined) throw new Error('Three messages were expected.');
      await queue.deleteBatch([first.receiptHandle, first.receiptHandle]);
      await Promise.all([1, 2].map(() => queue.deleteBatch([second.receiptHandle])));
      expect(await queue.depth()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    });

    it('deletes nothing by the handle of an earlier receive', async () => {
      const { queue } = await make();
      await send(queue, 'twice received');
      const first = await takeOne(queue);
      await queue.changeVisibility([first.receiptHandle], 0);
      const second = await takeOne(queue);
      await queue.deleteBatch([first.receiptHandle]);
      expect(await queue.changeVisibility([second.receiptHandle], 0)).toEqual([]);
      const third = await takeOne(queue);
      expect(third).toMatchObject({ messageId: first.messageId, receiveCount: 3 });
      expect(await queue.deleteBatch([third.receiptHandle])).toEqual([]);
      expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    });

    it('reports a handle whose visibility can’t be changed any more', async () => {
      const { queue } = await make();
      await send(queue, 'gone', 'there');
      const [gone, there] = await takeAll(queue, 2);
      if (gone === undefined || there === undefined) throw new Error('Two messages were expected.');
      await queue.deleteBatch([gone.receiptHandle]);
      expect(await queue.changeVisibility([gone.receiptHandle, there.receiptHandle], 60)).toEqual([gone.receiptHandle]);
    });
  });

  describe.concurrent(`${name}: the queue as a whole`, () => {
    it('moves a message to the dead-letter queue after its last receive', async () => {
      const deadLetterQueueName = `contract-dead-${randomUUID()}`;
      const { queue, deadLetterQueue } = await make({ redrive: { deadLetterQueueName, maxReceiveCount: 2 } });
      if (deadLetterQueue === undefined) throw new Error('The queue has no dead-letter queue.');
      await queue.sendBatch([{ body: 'poison', attributes: { kind: 'bad' } }]);
      const first = await takeOne(queue, { visibilityTimeoutSeconds: 0 });
      expect(await takeOne(queue, { visibilityTimeoutSeconds: 0 })).toMatchObject({ receiveCount: 2 });
      await nothingWaits(queue);
      const dead = await takeOne(deadLetterQueue);
      expect(dead).toMatchObject({ messageId: first.messageId, body: 'poison', attributes: { kind: 'bad' } });
      expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    });

    it('counts what waits and what is in flight', async () => {
      const { queue } = await make();
      await send(queue, 'a', 'b', 'c');
      expect(await queue.depth()).toEqual({ visible: 3, inFlight: 0, delayed: 0 });
      const { receiptHandle } = await takeOne(queue);
      expect(await queue.depth()).toEqual({ visible: 2, inFlight: 1, delayed: 0 });
      await queue.deleteBatch([receiptHandle]);
      expect(await queue.depth()).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
    });

    it('is empty after a purge, what was in flight included', async () => {
      const { queue, purge } = await make();
      await send(queue, 'a', 'b');
      await takeOne(queue);
      await purge();
      await nothingWaits(queue);
      expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    });

    it('keeps the queues of one server apart', async () => {
      const [one, other] = await Promise.all([make(), make()]);
      await send(one.queue, 'mine');
      await nothingWaits(other.queue);
      expect(bodiesOf(await take(one.queue))).toEqual(['mine']);
    });
  });
};
