import { InvalidQueueRequest, QueueExists, QueueMissing } from '../errors.ts';
import {
  type QueueRecord,
  queueRecordBytes,
  smallRecordBytes,
  writeQueue,
  writeQueueDeleted,
} from '../format/records.ts';
import type { QueueAttributes } from '../port.ts';
import { defaultAttributes, requireAttributes, requireQueueName, sameAttributes } from './attributes.ts';
import { type Core, requireOpen } from './core.ts';
import type { QueueState } from './queue-state.ts';

/** Every segment starts with all queues, so there can't be any number of them. */
const mostQueues = 1_000;

const durably = (core: Core, apply: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    core.writer.add({
      committed: () => {
        apply();
        resolve();
      },
      failed: reject,
    });
  });

const putQueue = async (core: Core, record: QueueRecord): Promise<void> => {
  writeQueue(core.writer.reserve(queueRecordBytes(record)), record);
  await durably(core, () => core.state.putQueue(record));
};

/** Makes, changes and deletes queues, one after the other: each change is made to what the one before left. */
export class Administration {
  readonly #core: Core;
  #last: Promise<unknown> = Promise.resolve();

  constructor(core: Core) {
    this.#core = core;
  }

  /** @throws QueueExists when there is one with other attributes; those not given may be anything. */
  create(name: string, given: Partial<QueueAttributes>): Promise<QueueState> {
    return this.#inTurn(async () => {
      requireQueueName(name);
      const { state, clock } = this.#core;
      const there = state.queuesByName.get(name);
      if (there !== undefined) {
        if (!sameAttributes({ ...there.attributes, ...given }, there.attributes)) throw new QueueExists(name);
        return there;
      }
      if (state.queues.size >= mostQueues)
        throw new InvalidQueueRequest('name', `there are ${mostQueues} queues already`);
      const attributes = { ...defaultAttributes, ...given };
      requireAttributes(attributes);
      const record = { queue: state.nextQueue, name, createdAtMs: clock.nowMs(), attributes };
      await putQueue(this.#core, record);
      return this.#require(name);
    });
  }

  setAttributes(queue: QueueState, changes: Partial<QueueAttributes>): Promise<void> {
    return this.#inTurn(async () => {
      this.#require(queue.name);
      const attributes = { ...queue.attributes, ...changes };
      requireAttributes(attributes);
      await putQueue(this.#core, { ...queue.record, attributes });
    });
  }

  delete(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const queue = this.#require(name);
      // At once, so that nothing is sent to it behind its deletion.
      queue.deleted = true;
      queue.clearances++;
      writeQueueDeleted(this.#core.writer.reserve(smallRecordBytes), queue.number);
      try {
        await durably(this.#core, () => this.#core.state.removeQueue(queue));
      } catch (error) {
        queue.deleted = false;
        throw error;
      } finally {
        queue.clearances--;
      }
    });
  }

  #require(name: string): QueueState {
    const queue = this.#core.state.queuesByName.get(name);
    if (queue === undefined) throw new QueueMissing(name);
    return queue;
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(() => {
      requireOpen(this.#core);
      return act();
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
