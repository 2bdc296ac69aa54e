import { EventHeap } from './event-heap.ts';

/** What waits to happen, and can be called off. */
export interface Scheduled {
  cancel(): void;
}

/** Simulated time: it jumps from one event to the next. Nothing in it reads a clock or waits, so that a run is the same every time. */
export interface Simulation {
  readonly nowMs: number;
  /** Has `act` happen `delayMs` from now, at least 0. @throws RangeError for a delay that is negative or no number */
  after(delayMs: number, act: () => void): Scheduled;
  /** Lets everything happen up to and including that moment, which is then now. */
  runUntil(endMs: number): void;
}

export const createSimulation = (): Simulation => {
  const heap = new EventHeap();
  let nowMs = 0;
  let order = 0;
  return {
    get nowMs() {
      return nowMs;
    },
    after: (delayMs, act) => {
      if (!(delayMs >= 0)) throw new RangeError(`an event cannot happen ${delayMs} ms from now`);
      let isCalledOff = false;
      heap.push({
        atMs: nowMs + delayMs,
        order: order++,
        act: () => {
          if (!isCalledOff) act();
        },
      });
      return {
        cancel: () => {
          isCalledOff = true;
        },
      };
    },
    runUntil: (endMs) => {
      for (let next = heap.earliest; next !== undefined && next.atMs <= endMs; next = heap.earliest) {
        heap.pop();
        nowMs = next.atMs;
        next.act();
      }
      nowMs = Math.max(nowMs, endMs);
    },
  };
};
