import { beforeEach, describe, expect, it } from 'vitest';
import type { Journal, JournalQueue } from '../../../shared/queue/journal/port.ts';
import { ManualClock } from './manual-clock.ts';
import { drain, openOnDisk, queueOf, send, take, takeOne } from './open-on-disk.ts';
import { SimulatedDisk } from './simulated-disk.ts';

let disk: SimulatedDisk;
let clock: ManualClock;
let journal: Journal;
let queue: JournalQueue;

beforeEach(async () => {
  disk = new SimulatedDisk();
  clock = new ManualClock();
  journal = await openOnDisk(disk, clock);
  queue = await journal.createQueue('work');
});

const restart = async (): Promise<void> => {
  await journal.close();
  journal = await openOnDisk(disk, clock);
  queue = queueOf(journal, 'work');
};

const redriveTo = async (deadLetterQueueName: string, maxReceiveCount: number): Promise<JournalQueue> => {
  const dead = await journal.createQueue(deadLetterQueueName);
  await queue.setAttributes({ redrivePolicy: { deadLetterQueueName, maxReceiveCount } });
  return dead;
};

describe('visibility', () => {
  it('ends to the millisecond, in the order of the deadlines', async () => {
    await send(queue, 'slow', 'fast');
    await queue.receive({ maxMessages: 1, waitTimeSeconds: 0, visibilityTimeoutSeconds: 20 });
    await queue.receive({ maxMessages: 1, waitTimeSeconds: 0, visibilityTimeoutSeconds: 10 });
    clock.advance(9_999);
    expect(await take(queue)).toEqual([]);
    clock.advance(1);
    expect(await take(queue)).toMatchObject([{ body: 'fast', receiveCount: 2 }]);
    clock.advance(10_000);
    expect(await take(queue)).toMatchObject([{ body: 'slow', receiveCount: 2 }]);
  });

  it('lets the newest handle delete after its timeout, as long as nobody received the message again', async () => {
    await send(queue, 'late');
    const { receiptHandle } = await takeOne(queue);
    clock.advance(31_000);
    expect(await queue.depth()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    expect(await queue.deleteBatch([receiptHandle])).toEqual([]);
    expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('reports stale, foreign and malformed handles, and takes a repeated delete for done', async () => {
    await send(queue, 'twice');
    const first = await takeOne(queue);
    clock.advance(31_000);
    const second = await takeOne(queue);
    const other = await journal.createQueue('other');
    await send(other, 'elsewhere');
    const foreign = await takeOne(other);
    const malformed = 'nonsense' as typeof first.receiptHandle;
    const all = [first.receiptHandle, foreign.receiptHandle, malformed, second.receiptHandle];
    expect(await queue.deleteBatch(all)).toEqual([first.receiptHandle, foreign.receiptHandle, malformed]);
    expect(await queue.deleteBatch([second.receiptHandle])).toEqual([]);
    expect(await queue.changeVisibility([second.receiptHandle], 5)).toEqual([second.receiptHandle]);
  });
});

describe('a restart', () => {
  it('keeps all that a message is, and makes it available at once', async () => {
    await queue.sendBatch([{ body: 'kept é漢😀', attributes: { reason: 'conflict' } }]);
    const before = await takeOne(queue);
    await restart();
    const after = await takeOne(queue);
    const { receiptHandle: _, ...rest } = before;
    expect(after).toMatchObject({ ...rest, receiveCount: 2 });
    expect(journal.statistics.replayedMessages).toBe(1);
  });

  it('leaves a handle good until its message is received again', async () => {
    await send(queue, 'a', 'b');
    const [a, b] = await take(queue);
    if (a === undefined || b === undefined) throw new Error('Two messages were expected.');
    await restart();
    expect(await queue.deleteBatch([a.receiptHandle])).toEqual([]);
    expect(await take(queue)).toMatchObject([{ body: 'b' }]);
    expect(await queue.deleteBatch([b.receiptHandle])).toEqual([b.receiptHandle]);
  });

  it('keeps a delay, queues, their attributes and their absence', async () => {
    await queue.sendBatch([{ body: 'later', delaySeconds: 60 }]);
    await journal.createQueue('gone');
    await journal.deleteQueue('gone');
    await queue.setAttributes({ visibilityTimeoutSeconds: 7 });
    clock.advance(20_000);
    await restart();
    expect(journal.queueNames()).toEqual(['work']);
    expect(queue.attributes.visibilityTimeoutSeconds).toBe(7);
    expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
    clock.advance(40_000);
    expect(await take(queue)).toMatchObject([{ body: 'later' }]);
  });
});

describe('a long poll', () => {
  it('waits for a message, a timeout to end, or a delay to pass', async () => {
    const poll = () => queue.receive({ maxMessages: 10, waitTimeSeconds: 20 });
    const first = poll();
    await send(queue, 'sent');
    expect(await first).toMatchObject([{ body: 'sent' }]);
    clock.advance(15_000);
    const second = poll();
    clock.advance(15_000);
    expect(await second).toMatchObject([{ body: 'sent', receiveCount: 2 }]);
    await queue.sendBatch([{ body: 'delayed', delaySeconds: 5 }]);
    const third = poll();
    clock.advance(5_000);
    expect(await third).toMatchObject([{ body: 'delayed' }]);
  });

  it('gets all messages of a group at once', async () => {
    const poll = queue.receive({ maxMessages: 10, waitTimeSeconds: 20 });
    await Promise.all([send(queue, 'a'), send(queue, 'b'), send(queue, 'c')]);
    expect((await poll).map(({ body }) => body)).toEqual(['a', 'b', 'c']);
  });

  it('answers nothing when its time is over, when it is aborted, and when the queue goes', async () => {
    const poll = (signal?: AbortSignal) =>
      queue.receive({ maxMessages: 10, waitTimeSeconds: 20, ...(signal ? { signal } : {}) });
    const first = poll();
    clock.advance(20_000);
    expect(await first).toEqual([]);
    const abort = new AbortController();
    const second = poll(abort.signal);
    abort.abort();
    expect(await second).toEqual([]);
    const third = poll();
    await journal.deleteQueue('work');
    expect(await third).toEqual([]);
    await expect(poll()).rejects.toMatchObject({ tag: 'QueueMissing' });
  });

  it('takes nothing once aborted', async () => {
    const abort = new AbortController();
    const poll = queue.receive({ maxMessages: 10, waitTimeSeconds: 20, signal: abort.signal });
    const sending = send(queue, 'for another');
    abort.abort();
    await sending;
    expect(await poll).toEqual([]);
    expect(await take(queue)).toMatchObject([{ body: 'for another', receiveCount: 1 }]);
  });
});

describe('redrive', () => {
  it('moves a message after its last receive, once, with its source and count, and keeps it there over a restart', async () => {
    await redriveTo('dead', 2);
    await send(queue, 'poison');
    for (let receive = 1; receive <= 2; receive++) {
      expect(await take(queue)).toMatchObject([{ body: 'poison', receiveCount: receive }]);
      clock.advance(31_000);
    }
    expect(await take(queue)).toEqual([]);
    const dead = queueOf(journal, 'dead');
    expect(await dead.receive({ maxMessages: 1, waitTimeSeconds: 20 })).toMatchObject([{ deadLetterSource: 'work' }]);
    await restart();
    expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(await take(queueOf(journal, 'dead'))).toMatchObject([{ body: 'poison', deadLetterSource: 'work' }]);
  });

  it('leaves a message where it is when the dead-letter queue is gone', async () => {
    await redriveTo('dead', 1);
    await journal.deleteQueue('dead');
    await send(queue, 'stays');
    await takeOne(queue);
    clock.advance(31_000);
    expect(await take(queue)).toMatchObject([{ body: 'stays', receiveCount: 2 }]);
  });

  it('leaves a message where it is when the move cannot be written', async () => {
    const dead = await redriveTo('dead', 1);
    await send(queue, 'poison');
    await takeOne(queue);
    clock.advance(31_000);
    disk.fateOf = () => 'nothing';
    const poll = queue.receive({ maxMessages: 1, waitTimeSeconds: 20 });
    // The failed move wakes the poll, which tries again; the disk is well by then.
    disk.fateOf = () => 'success';
    clock.advance(20_000);
    await poll;
    expect(await dead.receive({ maxMessages: 1, waitTimeSeconds: 20 })).toMatchObject([{ body: 'poison' }]);
  });

  it('moves messages back with a move task, as new ones', async () => {
    const dead = await redriveTo('dead', 1);
    await send(queue, 'a', 'b');
    const before = await take(queue);
    clock.advance(31_000);
    await take(queue);
    const waiting = queue.receive({ maxMessages: 10, waitTimeSeconds: 20 });
    await dead.depth();
    await expect.poll(async () => (await dead.depth()).visible).toBe(2);
    expect(journal.startMoveTask('dead')).toMatchObject({ status: 'RUNNING', toMove: 2 });
    const [message] = await waiting;
    expect(message).toMatchObject({ receiveCount: 1, deadLetterSource: undefined });
    expect(before.map(({ messageId }) => messageId)).not.toContain(message?.messageId);
    await expect.poll(() => journal.moveTasks('dead')[0]).toMatchObject({ status: 'COMPLETED', moved: 2 });
    expect(await dead.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('moves no faster than it was told to, and stops when cancelled', async () => {
    const dead = await journal.createQueue('dead');
    await send(dead, 'a', 'b', 'c');
    const { taskHandle } = journal.startMoveTask('dead', 'work', 1);
    await expect.poll(() => journal.moveTasks('dead')[0]?.moved).toBe(1);
    expect((await queue.depth()).visible).toBe(1);
    clock.advance(1_000);
    await expect.poll(() => journal.moveTasks('dead')[0]?.moved).toBe(2);
    expect(journal.cancelMoveTask(taskHandle)).toMatchObject({ status: 'CANCELLED', moved: 2 });
    expect(journal.cancelMoveTask(taskHandle)).toBeUndefined();
    expect((await dead.depth()).visible).toBe(1);
  });
});

describe('retention', () => {
  it('never expires a message unless told to', async () => {
    await send(queue, 'old');
    clock.advance(365 * 86_400_000);
    expect(await take(queue)).toMatchObject([{ body: 'old' }]);
  });

  it('deletes what is too old, for good', async () => {
    await send(queue, 'old');
    clock.advance(40_000);
    await send(queue, 'young');
    await queue.setAttributes({ messageRetentionSeconds: 60 });
    clock.advance(20_000);
    expect(await queue.depth()).toMatchObject({ visible: 1 });
    await restart();
    expect(await drain(queue)).toEqual(['young']);
  });
});

describe('purge', () => {
  it('deletes everything durably, what is in flight or delayed too', async () => {
    await send(queue, 'a', 'b');
    await queue.sendBatch([{ body: 'c', delaySeconds: 5 }]);
    const { receiptHandle } = await takeOne(queue);
    await queue.purge();
    await send(queue, 'after');
    expect(await queue.deleteBatch([receiptHandle])).toEqual([]);
    await restart();
    expect(await drain(queue)).toEqual(['after']);
  });
});

describe('queues', () => {
  it('are the same when made again alike, and refused when not', async () => {
    expect((await journal.createQueue('work', { visibilityTimeoutSeconds: 30 })).name).toBe('work');
    await expect(journal.createQueue('work', { visibilityTimeoutSeconds: 31 })).rejects.toMatchObject({
      tag: 'QueueExists',
    });
    await expect(journal.createQueue('no spaces')).rejects.toMatchObject({ tag: 'InvalidQueueRequest' });
    await expect(journal.createQueue('x', { delaySeconds: 901 })).rejects.toMatchObject({ parameter: 'delaySeconds' });
  });

  it('do not inherit the messages of one deleted before', async () => {
    await send(queue, 'of the first');
    await journal.deleteQueue('work');
    queue = await journal.createQueue('work');
    await restart();
    expect(await drain(queue)).toEqual([]);
  });

  it('take changes made at once one after the other', async () => {
    await Promise.all([queue.setAttributes({ delaySeconds: 3 }), queue.setAttributes({ visibilityTimeoutSeconds: 9 })]);
    expect(queue.attributes).toMatchObject({ delaySeconds: 3, visibilityTimeoutSeconds: 9 });
  });
});
