import { smallRecordBytes, writeClosed } from '../format/records.ts';
import type { Compactor } from '../log/compactor.ts';
import type { Journal, JournalQueue, JournalStatistics, MoveTask, QueueAttributes } from '../port.ts';
import { Administration } from './administer.ts';
import type { Core } from './core.ts';
import { EmbeddedQueue } from './embedded-queue.ts';
import { MoveTasks } from './move-task.ts';
import type { QueueState } from './queue-state.ts';

export interface EmbeddedJournalParts {
  readonly core: Core;
  readonly compactor: Compactor;
  /** Gives the folder back. */
  readonly release: () => Promise<void>;
  readonly replayedMessages: number;
  readonly replayMs: number;
  /** Messages that were copied forward so far. */
  readonly copiedForward: () => number;
}

/** The journal as its users see it. */
export class EmbeddedJournal implements Journal {
  readonly #parts: EmbeddedJournalParts;
  readonly #administration: Administration;
  readonly #moveTasks: MoveTasks;
  readonly #queues = new Map<number, EmbeddedQueue>();
  #closing: Promise<void> | undefined;

  constructor(parts: EmbeddedJournalParts) {
    this.#parts = parts;
    this.#administration = new Administration(parts.core);
    this.#moveTasks = new MoveTasks(parts.core);
  }

  async createQueue(name: string, attributes: Partial<QueueAttributes> = {}): Promise<JournalQueue> {
    return this.#embedded(await this.#administration.create(name, attributes));
  }

  queue(name: string): JournalQueue | undefined {
    const state = this.#parts.core.state.queuesByName.get(name);
    return state === undefined || state.deleted ? undefined : this.#embedded(state);
  }

  queueNames(): readonly string[] {
    return [...this.#parts.core.state.queuesByName.keys()].sort();
  }

  async deleteQueue(name: string): Promise<void> {
    const queue = this.#parts.core.state.queuesByName.get(name);
    await this.#administration.delete(name);
    if (queue === undefined) return;
    this.#queues.get(queue.number)?.endPolls();
    this.#queues.delete(queue.number);
  }

  startMoveTask(source: string, destination?: string, maxPerSecond?: number): MoveTask {
    return this.#moveTasks.start(source, destination, maxPerSecond);
  }

  moveTasks(source: string): readonly MoveTask[] {
    return this.#moveTasks.of(source);
  }

  cancelMoveTask(taskHandle: string): MoveTask | undefined {
    return this.#moveTasks.cancel(taskHandle);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get statistics(): JournalStatistics {
    const { core, replayedMessages, replayMs, copiedForward } = this.#parts;
    return {
      replayedMessages,
      replayMs,
      flushes: core.writer.flushes,
      writtenBytes: core.writer.writtenBytes,
      diskBytes: core.segments.diskBytes,
      memoryBytes: core.state.memoryBytes,
      copiedForwardMessages: copiedForward(),
    };
  }

  /** Called after every flush: new messages go to those that wait for them. */
  afterGroup(): void {
    const { core, compactor } = this.#parts;
    for (const queue of core.awakened) this.#queues.get(queue.number)?.serve();
    core.awakened.clear();
    compactor.kick();
  }

  #embedded(state: QueueState): EmbeddedQueue {
    let queue = this.#queues.get(state.number);
    if (queue === undefined) {
      queue = new EmbeddedQueue(this.#parts.core, state, (which, changes) =>
        this.#administration.setAttributes(which, changes),
      );
      this.#queues.set(state.number, queue);
    }
    return queue;
  }

  async #close(): Promise<void> {
    const { core, compactor, release } = this.#parts;
    const { writer, segments } = core;
    core.closed = true;
    for (const queue of this.#queues.values()) queue.endPolls();
    await this.#moveTasks.stop();
    await compactor.stop();
    await writer.drain();
    // With one more group behind it, damage to the last message can be told from a torn tail.
    writeClosed(writer.reserve(smallRecordBytes));
    writer.addLazily({ committed: () => {}, failed: () => {} });
    await writer.drain();
    await segments.spares.close();
    for (const { file } of segments.list) await file.close();
    await release();
  }
}
