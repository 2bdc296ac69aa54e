import { InvalidQueueRequest, QueueMissing } from '../errors.ts';
import type { MoveTask } from '../port.ts';
import { type Core, requireOpen } from './core.ts';
import type { Message } from './message.ts';
import { moveAsNew } from './move.ts';
import type { QueueState } from './queue-state.ts';

/** SQS's highest rate, messages a second (StartMessageMoveTask). */
const highestRate = 500;
/** Messages on their way at a time. */
const chunkMessages = 100;
/** SQS lists the last ten tasks of a queue (ListMessageMoveTasks). */
const keptTasks = 10;

interface RunningTask {
  task: MoveTask;
  readonly source: QueueState;
  readonly destination: QueueState | undefined;
  readonly perSecond: number | undefined;
  readonly stop: AbortController;
}

/** Moves the messages of dead-letter queues back, in the background. */
export class MoveTasks {
  readonly #core: Core;
  readonly #tasks: RunningTask[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** @throws QueueMissing; InvalidQueueRequest when a task of that queue is running already. */
  start(source: string, destination: string | undefined, maxPerSecond: number | undefined): MoveTask {
    requireOpen(this.#core);
    if (maxPerSecond !== undefined && !(maxPerSecond >= 1 && maxPerSecond <= highestRate)) {
      throw new InvalidQueueRequest('maxPerSecond', `must be from 1 to ${highestRate}`);
    }
    const sourceQueue = this.#require(source);
    if (this.of(source).some(({ status }) => status === 'RUNNING')) {
      throw new InvalidQueueRequest('source', 'a move task of this queue is running');
    }
    sourceQueue.showDue(this.#core.clock.monotonicMs());
    const running: RunningTask = {
      task: {
        taskHandle: this.#core.newId(),
        sourceQueueName: source,
        destinationQueueName: destination,
        status: 'RUNNING',
        moved: 0,
        toMove: sourceQueue.depth.visible,
        startedAtMs: this.#core.clock.nowMs(),
      },
      source: sourceQueue,
      destination: destination === undefined ? undefined : this.#require(destination),
      perSecond: maxPerSecond,
      stop: new AbortController(),
    };
    this.#keep(running);
    const run = this.#run(running).finally(() => this.#running.delete(run));
    this.#running.add(run);
    return running.task;
  }

  /** Newest first. */
  of(source: string): readonly MoveTask[] {
    return this.#tasks.map(({ task }) => task).filter(({ sourceQueueName }) => sourceQueueName === source);
  }

  /** Undefined when no such task is running. */
  cancel(taskHandle: string): MoveTask | undefined {
    const running = this.#tasks.find(({ task }) => task.taskHandle === taskHandle && task.status === 'RUNNING');
    if (running === undefined) return undefined;
    running.task = { ...running.task, status: 'CANCELLED' };
    running.stop.abort();
    return running.task;
  }

  async stop(): Promise<void> {
    for (const { task } of this.#tasks) this.cancel(task.taskHandle);
    await Promise.all(this.#running);
  }

  #require(name: string): QueueState {
    const queue = this.#core.state.queuesByName.get(name);
    if (queue === undefined || queue.deleted) throw new QueueMissing(name);
    return queue;
  }

  #keep(running: RunningTask): void {
    this.#tasks.unshift(running);
    const ofSource = this.#tasks.filter(({ source }) => source === running.source);
    for (const old of ofSource.slice(keptTasks)) this.#tasks.splice(this.#tasks.indexOf(old), 1);
  }

  async #run(running: RunningTask): Promise<void> {
    const { stop, perSecond } = running;
    try {
      while (running.task.moved < running.task.toMove && !stop.signal.aborted) {
        const most = Math.min(perSecond ?? chunkMessages, chunkMessages, running.task.toMove - running.task.moved);
        const moved = await this.#moveSome(running, most);
        if (moved === 0) break;
        running.task = { ...running.task, moved: running.task.moved + moved };
        if (perSecond !== undefined) await this.#core.clock.sleep((1_000 * moved) / perSecond, stop.signal);
      }
      if (!stop.signal.aborted) running.task = { ...running.task, status: 'COMPLETED' };
    } catch (error) {
      this.#core.logger.warn('a message move task failed', { queue: running.source.name, error });
      running.task = { ...running.task, status: 'FAILED' };
    }
  }

  /** Moves up to `most` messages; resolves to how many, once that is durable. */
  async #moveSome(running: RunningTask, most: number): Promise<number> {
    const moves: Promise<void>[] = [];
    for (let message = running.source.firstAvailable; message !== undefined; message = running.source.firstAvailable) {
      if (moves.length >= most) break;
      const destination = this.#destinationOf(running, message);
      moves.push(moveAsNew(this.#core, message, destination));
    }
    await Promise.all(moves);
    return moves.length;
  }

  #destinationOf({ destination }: RunningTask, message: Message): QueueState {
    const queue = destination ?? this.#core.state.queuesByName.get(message.deadLetterSource);
    if (queue === undefined || queue.deleted) throw new QueueMissing(message.deadLetterSource || '(none)');
    return queue;
  }
}
