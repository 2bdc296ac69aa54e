import { type JournalOptions, openJournal } from '../../../shared/queue/journal/open.ts';
import type { Journal, JournalQueue, JournalReceivedMessage } from '../../../shared/queue/journal/port.ts';
import { ManualClock } from './manual-clock.ts';
import { type SimulatedDisk, seededFill } from './simulated-disk.ts';

export const segmentBytes = 64 * 1024;

/** Opens a journal of small files on a simulated disk. */
export const openOnDisk = (
  disk: SimulatedDisk,
  clock = new ManualClock(),
  options: Partial<JournalOptions> = {},
): Promise<Journal> =>
  openJournal({
    folder: '/queue',
    segmentBytes,
    maxBytes: 8 * segmentBytes,
    memoryBytes: 2 ** 20,
    minFlushIntervalMs: 0,
    files: disk,
    clock,
    randomFill: seededFill(disk.random),
    ...options,
  });

/** Sends one message a body; fails when one is not taken. */
export const send = async (queue: JournalQueue, ...bodies: string[]): Promise<void> => {
  for (const result of await queue.sendBatch(bodies.map((body) => ({ body })))) {
    if (result.status === 'failed') throw new Error(result.message);
  }
};

export const take = (queue: JournalQueue, maxMessages = 10): Promise<readonly JournalReceivedMessage[]> =>
  queue.receive({ maxMessages, waitTimeSeconds: 0 });

export const takeOne = async (queue: JournalQueue): Promise<JournalReceivedMessage> => {
  const [message] = await take(queue, 1);
  if (message === undefined) throw new Error('The queue had no message.');
  return message;
};

/** Bodies of all that can be received. */
export const drain = async (queue: JournalQueue): Promise<readonly string[]> => {
  const bodies: string[] = [];
  for (let some = await take(queue); some.length > 0; some = await take(queue))
    bodies.push(...some.map(({ body }) => body));
  return bodies;
};

/** Receives and deletes everything. */
export const workOff = async (queue: JournalQueue): Promise<number> => {
  let count = 0;
  for (let some = await take(queue); some.length > 0; some = await take(queue)) {
    count += some.length;
    await queue.deleteBatch(some.map(({ receiptHandle }) => receiptHandle));
  }
  return count;
};

/** Waits until `holds` does, a turn of the event loop at a time; the simulated disk needs nothing else. */
export const until = async (holds: () => boolean): Promise<void> => {
  for (let turn = 0; !holds(); turn++) {
    if (turn > 10_000) throw new Error('It never came.');
    await new Promise((resolve) => setImmediate(resolve));
  }
};

export const queueOf = (journal: Journal, name: string): JournalQueue => {
  const queue = journal.queue(name);
  if (queue === undefined) throw new Error(`There is no queue ${name}.`);
  return queue;
};
