import type { Draw } from '../simulation/draw.ts';
import type { Thread } from '../simulation/processors.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { type NodeCosts, workUs } from './costs.ts';

/** A batch that a worker writes as one part. */
export interface Batch {
  readonly events: number;
  /** Since when each of its messages waited. */
  readonly sinceMs: readonly number[];
}

export interface WorkersOptions {
  readonly simulation: Simulation;
  readonly costs: NodeCosts;
  /** One a worker. */
  readonly threads: readonly Thread[];
  readonly helpers: Thread;
  readonly publishMs: Draw;
  /** Told of each part, with how long the oldest of its events had waited since its 202. */
  readonly published: (batch: Batch, oldestMs: number) => void;
}

/** The threads that write parts. */
export interface Workers {
  readonly isFree: boolean;
  whenFree(act: () => void): void;
  /** Calls back when a batch ended or so much time has passed, whichever comes first. */
  afterOne(mostMs: number, act: () => void): void;
  run(batch: Batch): void;
}

export const createWorkers = (options: WorkersOptions): Workers => {
  const { simulation, costs, threads, helpers, publishMs, published } = options;
  const idle = [...threads];
  let awaiting: (() => void)[] = [];

  const ended = (thread: Thread): void => {
    idle.push(thread);
    const woken = awaiting;
    awaiting = [];
    for (const act of woken) act();
  };

  return {
    get isFree() {
      return idle.length > 0;
    },
    whenFree: (act) => {
      if (idle.length > 0) act();
      else awaiting.push(act);
    },
    afterOne: (mostMs, act) => {
      let isOver = false;
      const once = (): void => {
        if (isOver) return;
        isOver = true;
        timer.cancel();
        act();
      };
      const timer = simulation.after(mostMs, once);
      awaiting.push(once);
    },
    run: (batch) => {
      const thread = idle.pop();
      if (thread === undefined) throw new Error('a batch was given to workers of which none was free');
      const { events } = batch;
      const amount = { events, messages: batch.sinceMs.length, batches: 1 };
      helpers.work(workUs(costs.consumerHelpers, amount));
      thread.work(workUs(costs.worker, amount), () => {
        simulation.after(publishMs(), () => {
          published(batch, simulation.nowMs - Math.min(...batch.sinceMs));
          ended(thread);
        });
      });
    },
  };
};
