import { QueueUnavailable } from '../../../shared/domain/errors.ts';
import { JournalDamaged } from '../../../shared/queue/journal/errors.ts';
import { openJournal } from '../../../shared/queue/journal/open.ts';
import type { Journal, JournalQueue, JournalReceivedMessage } from '../../../shared/queue/journal/port.ts';
import { ManualClock } from '../../unit/journal/manual-clock.ts';
import { SimulatedDisk, seededFill, type WriteFate } from '../../unit/journal/simulated-disk.ts';

export type Operation =
  | { readonly kind: 'send'; readonly messages: number; readonly bytes: number }
  | { readonly kind: 'receive'; readonly messages: number }
  | { readonly kind: 'delete'; readonly messages: number }
  | { readonly kind: 'advance'; readonly seconds: number }
  /** Waits for all that is under way. */
  | { readonly kind: 'settle' };

/** What one process does until it is stopped in the middle of a write. */
export interface Life {
  readonly operations: readonly Operation[];
  readonly stopAfterWrites: number;
  /** Otherwise it is only killed. */
  readonly powerLoss: boolean;
  /** Share of the writes that are reported as failed, whatever of them reached the disk. */
  readonly faultShare: number;
}

export type Violation = string;

/** What the clients of the queue know. */
interface Known {
  /** By body: the batch that it was sent with. */
  readonly batchOf: Map<string, number>;
  readonly sent: Set<string>;
  readonly deleteAsked: Set<string>;
  readonly deleted: Set<string>;
}

const segmentBytes = 64 * 1024;
const settings = {
  folder: '/queue',
  segmentBytes,
  maxBytes: 8 * segmentBytes,
  memoryBytes: 20_000,
  minFlushIntervalMs: 0,
};
const redrivePolicy = { deadLetterQueueName: 'dead', maxReceiveCount: 3 };

const open = async (disk: SimulatedDisk, clock: ManualClock): Promise<Journal> =>
  openJournal({ ...settings, files: disk, clock, randomFill: seededFill(disk.random) });

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Runs the operations as concurrent clients would; what fails or hangs is simply not confirmed. */
class Clients {
  readonly #known: Known;
  readonly #queue: JournalQueue;
  readonly #clock: ManualClock;
  readonly #held: JournalReceivedMessage[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(known: Known, queue: JournalQueue, clock: ManualClock) {
    this.#known = known;
    this.#queue = queue;
    this.#clock = clock;
  }

  async run(operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) {
      if (operation.kind === 'settle') await this.settle();
      else if (operation.kind === 'advance') this.#clock.advance(operation.seconds * 1_000);
      else this.#start(operation);
      await turns(1);
    }
    await this.settle();
  }

  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #start(operation: Exclude<Operation, { kind: 'settle' | 'advance' }>): void {
    const act = {
      send: () => this.#send(operation.messages, operation.kind === 'send' ? operation.bytes : 0),
      receive: () => this.#receive(operation.messages),
      delete: () => this.#delete(operation.messages),
    }[operation.kind];
    // Refused or failed: nothing was confirmed.
    const done = act()
      .catch(() => {})
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  async #send(count: number, bytes: number): Promise<void> {
    const { batchOf, sent } = this.#known;
    const batch = batchOf.size;
    const bodies = Array.from({ length: count }, (_, index) => `${batch}-${index}-`.padEnd(bytes, 'x'));
    for (const body of bodies) batchOf.set(body, batch);
    await this.#queue.sendBatch(bodies.map((body) => ({ body })));
    for (const body of bodies) sent.add(body);
  }

  async #receive(maxMessages: number): Promise<void> {
    this.#held.push(...(await this.#queue.receive({ maxMessages, waitTimeSeconds: 0, visibilityTimeoutSeconds: 10 })));
  }

  async #delete(count: number): Promise<void> {
    const some = this.#held.splice(0, count);
    for (const { body } of some) this.#known.deleteAsked.add(body);
    const failed = await this.#queue.deleteBatch(some.map(({ receiptHandle }) => receiptHandle));
    for (const { body, receiptHandle } of some) if (!failed.includes(receiptHandle)) this.#known.deleted.add(body);
  }
}

const receiveAll = async (queue: JournalQueue): Promise<readonly string[]> => {
  const bodies: string[] = [];
  for (;;) {
    const messages = await queue.receive({ maxMessages: 10, waitTimeSeconds: 0 });
    if (messages.length === 0) return bodies;
    bodies.push(...messages.map(({ body }) => body));
  }
};

const compare = (present: readonly string[], { batchOf, sent, deleteAsked, deleted }: Known): readonly Violation[] => {
  const violations: Violation[] = [];
  const there = new Set(present);
  const short = (body: string): string => body.slice(0, 12);
  if (there.size !== present.length) violations.push('a message is there twice');
  for (const body of there) if (!batchOf.has(body)) violations.push(`${short(body)} was never sent`);
  for (const body of sent) {
    if (!there.has(body) && !deleteAsked.has(body)) violations.push(`${short(body)} was confirmed and is lost`);
  }
  for (const body of deleted) if (there.has(body)) violations.push(`${short(body)} was deleted and is back`);
  const untouched = [...batchOf].filter(([body]) => !deleteAsked.has(body));
  const partly = untouched.filter(
    ([body, batch]) => !there.has(body) && untouched.some(([other, of]) => of === batch && there.has(other)),
  );
  return [...violations, ...partly.map(([body]) => `${short(body)} is missing from a batch that is there`)];
};

/** What a replay showed is now certain: a later stop must not change it. */
const learn = (present: readonly string[], known: Known): void => {
  const there = new Set(present);
  for (const body of [...known.batchOf.keys()]) {
    if (there.has(body)) {
      known.sent.add(body);
      known.deleteAsked.delete(body);
    } else {
      known.deleteAsked.add(body);
      known.deleted.add(body);
    }
  }
};

/** Looks at what a process that starts now finds, and leaves it as it is. */
const lookAt = async (disk: SimulatedDisk): Promise<readonly string[]> => {
  const journal = await open(disk, new ManualClock());
  const queues = ['work', 'dead'].map((name) => journal.queue(name)).filter((queue) => queue !== undefined);
  // Nothing may be moved by looking, so the counts are not limited meanwhile.
  await journal.queue('work')?.setAttributes({ redrivePolicy: undefined });
  const present = (await Promise.all(queues.map(receiveAll))).flat();
  await journal.queue('work')?.setAttributes({ redrivePolicy });
  await journal.close();
  return present;
};

const faults: readonly WriteFate[] = ['nothing', 'part', 'all'];

const live = async (disk: SimulatedDisk, known: Known, life: Life): Promise<void> => {
  const { operations, stopAfterWrites, powerLoss, faultShare } = life;
  const clock = new ManualClock();
  disk.fateOf = () =>
    disk.random() < faultShare ? (faults[Math.floor(disk.random() * faults.length)] ?? 'nothing') : 'success';
  const stopped = disk.stopAfter(stopAfterWrites);
  const lived = (async () => {
    const journal = await open(disk, clock);
    await journal.createQueue('dead');
    const queue = await journal.createQueue('work', { redrivePolicy });
    await new Clients(known, queue, clock).run(operations);
  })().catch((error: unknown) => {
    // The disk took nothing: the process ends at its start.
    if (!(error instanceof QueueUnavailable)) throw error;
  });
  await Promise.race([stopped, lived]);
  // Confirmations that are on their way to clients still arrive.
  await turns(3);
  if (powerLoss) disk.losePower();
  else disk.kill();
  disk.fateOf = () => 'success';
};

/** Lives one life after the other on the same disk, and says what each loss of power broke. */
export const survivesStops = async (
  seed: number,
  lives: readonly Life[],
  honoursSync: boolean,
): Promise<readonly Violation[]> => {
  const disk = new SimulatedDisk({ seed, honoursSync });
  const known: Known = { batchOf: new Map(), sent: new Set(), deleteAsked: new Set(), deleted: new Set() };
  for (const life of lives) {
    await live(disk, known, life);
    try {
      const present = await lookAt(disk);
      const violations = compare(present, known);
      if (violations.length > 0) return violations;
      learn(present, known);
    } catch (error) {
      if (error instanceof JournalDamaged) return [error.message];
      throw error;
    }
  }
  return [];
};
