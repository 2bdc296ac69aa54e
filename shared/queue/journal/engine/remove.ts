import type { ReceiptHandle } from '../../../domain/ids.ts';
import { deletedRecordBytes, smallRecordBytes, writeDeleted, writePurged } from '../format/records.ts';
import type { Operation } from '../log/group.ts';
import { type Core, requireOpen } from './core.ts';
import type { Message } from './message.ts';
import type { QueueState } from './queue-state.ts';

/** Messages of one delete record; more are spread over several. */
const mostPerRecord = 1_000;

/** Forgets messages once their deletion is durable; brings them back when it failed. */
class RemoveOperation implements Operation {
  readonly #core: Core;
  readonly #messages: readonly Message[];
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;

  constructor(core: Core, messages: readonly Message[], resolve: () => void, reject: (error: Error) => void) {
    this.#core = core;
    this.#messages = messages;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  committed(): void {
    for (const message of this.#messages) {
      message.departures--;
      this.#core.state.removeMessage(message);
    }
    this.#resolve();
  }

  failed(error: Error): void {
    for (const message of this.#messages) {
      message.departures--;
      if (message.status === 'leaving' && message.departures === 0) {
        message.queue.restore(message);
        this.#core.awakened.add(message.queue);
      }
    }
    this.#reject(error);
  }
}

/** Removes messages durably; meanwhile no receive finds them. */
export const removeMessages = async (core: Core, messages: readonly Message[]): Promise<void> => {
  const written: Promise<void>[] = [];
  for (let start = 0; start < messages.length; start += mostPerRecord) {
    const some = messages.slice(start, start + mostPerRecord);
    for (const message of some) {
      message.queue.detach(message);
      message.departures++;
    }
    writeDeleted(core.writer.reserve(deletedRecordBytes(some.length)), some);
    written.push(
      new Promise((resolve, reject) => {
        core.writer.add(new RemoveOperation(core, some, resolve, reject));
      }),
    );
  }
  await Promise.all(written);
};

/**
 * Deletes durably; resolves to the handles that delete nothing, since their message was received again or moved.
 * A message that is gone already counts as deleted.
 */
export const deleteBatch = async (
  core: Core,
  queue: QueueState,
  handles: readonly ReceiptHandle[],
): Promise<readonly ReceiptHandle[]> => {
  requireOpen(core);
  const failed: ReceiptHandle[] = [];
  const messages: Message[] = [];
  for (const handle of handles) {
    const found = core.receipts.find(queue, handle);
    if (typeof found === 'object') messages.push(found);
    else if (found !== 'gone') failed.push(handle);
  }
  await removeMessages(core, messages);
  return failed;
};

/** Deletes every message of the queue durably, what is in flight included. */
export const purge = (core: Core, queue: QueueState): Promise<void> => {
  requireOpen(core);
  queue.clearances++;
  writePurged(core.writer.reserve(smallRecordBytes), queue.number);
  return new Promise((resolve, reject) => {
    core.writer.add({
      committed: () => {
        queue.clearances--;
        core.state.clearQueue(queue);
        resolve();
      },
      failed: (error) => {
        queue.clearances--;
        reject(error);
      },
    });
  });
};

/** Deletes durably what is older than the queue's retention; nobody waits for it. */
export const expire = (core: Core, queue: QueueState): void => {
  if (!queue.expires) return;
  const expired = queue.takeExpired(core.clock.nowMs());
  if (expired.length === 0) return;
  void removeMessages(core, expired).catch((error: unknown) => {
    core.logger.debug('expired messages could not be deleted; they will be later', { queue: queue.name, error });
  });
};
