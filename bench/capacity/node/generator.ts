import type { Thread } from '../simulation/processors.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { NodeLoad } from './configuration.ts';
import { type NodeCosts, workUs } from './costs.ts';
import type { Front } from './front.ts';

export interface GeneratorOptions {
  readonly simulation: Simulation;
  readonly costs: NodeCosts;
  /** Undefined where the generator is on another machine, whose time does not matter. */
  readonly thread: Thread | undefined;
  readonly front: Front;
  /** This generator's own share. */
  readonly load: NodeLoad;
  /** Told of each answer, and when its request was due. */
  readonly answered: (dueMs: number) => void;
}

/** A request is due that early or late at a tick of the real generator, which has a millisecond. */
const tickMs = 1;

/** Sends requests as `bench/load` does, until it is stopped. */
export const startGenerator = (options: GeneratorOptions): { stop(): void } => {
  const { simulation, costs, thread, front, load, answered } = options;
  const { arrival, connections, eventsPerRequest } = load;
  const halfUs = workUs(costs.generator, { requests: 1, events: eventsPerRequest }) / 2;
  /** Half of a request's work is sending it, the other half reading its answer. */
  const work = (act: () => void): void => (thread === undefined ? act() : thread.work(halfUs, act));
  let idle = connections;
  let sent = 0;
  let isStopped = false;

  const send = (dueMs: number): void => {
    idle--;
    work(() =>
      front.accept(eventsPerRequest, () =>
        work(() => {
          idle++;
          answered(dueMs);
          sendDue();
        }),
      ),
    );
  };

  const sendDue = (): void => {
    if (isStopped) return;
    if (arrival.kind === 'closed') {
      while (idle > 0) send(simulation.nowMs);
      return;
    }
    const intervalMs = 1_000 / arrival.requestsPerSecond;
    while (idle > 0 && sent * intervalMs <= simulation.nowMs) send(sent++ * intervalMs);
  };

  const tick = (): void => {
    sendDue();
    if (arrival.kind === 'constant' && !isStopped) simulation.after(tickMs, tick);
  };
  tick();
  return {
    stop: () => {
      isStopped = true;
    },
  };
};
