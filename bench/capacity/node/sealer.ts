import type { Thread } from '../simulation/processors.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { NodeCosts } from './costs.ts';

/** `FI_SEAL_INTERVAL_MS`. */
const lookEveryMs = 1_000;
/** Sealing lets batches in between its steps: so long is one. */
const stepUs = 5_000;

export interface SealerOptions {
  readonly simulation: Simulation;
  readonly costs: NodeCosts;
  /** The first worker's: sealing has no thread of its own. */
  readonly thread: Thread;
  readonly helpers: Thread;
  readonly sealAgeMs: number;
  readonly sealParts: number;
}

export interface Sealer {
  /** A part came. */
  add(events: number): void;
  readonly sealedEvents: number;
}

interface WaitingPart {
  readonly events: number;
  readonly sinceMs: number;
}

/** Seals what has waited long enough or is too many parts, and merges what that adds up to. */
export const startSealer = (options: SealerOptions): Sealer => {
  const { simulation, costs, thread, helpers, sealAgeMs, sealParts } = options;
  let waiting: WaitingPart[] = [];
  let sealedEvents = 0;

  const inSteps = (us: number, done: () => void): void => {
    if (us <= 0) {
      done();
      return;
    }
    const step = Math.min(us, stepUs);
    helpers.work(step * (1 - costs.sealThreadShare));
    thread.work(step * costs.sealThreadShare, () => inSteps(us - step, done));
  };

  const isDue = (): boolean =>
    waiting.length >= sealParts || (waiting[0] !== undefined && simulation.nowMs - waiting[0].sinceMs >= sealAgeMs);

  const look = (): void => {
    if (!isDue()) {
      simulation.after(lookEveryMs, look);
      return;
    }
    const events = waiting.reduce((sum, part) => sum + part.events, 0);
    waiting = [];
    inSteps(events * costs.sealPerEventUs, () => {
      sealedEvents += events;
      inSteps(events * costs.mergesPerEvent * costs.mergePerEventUs, () => simulation.after(lookEveryMs, look));
    });
  };
  simulation.after(lookEveryMs, look);

  return {
    add: (events) => {
      waiting.push({ events, sinceMs: simulation.nowMs });
    },
    get sealedEvents() {
      return sealedEvents;
    },
  };
};
