import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest time that one request may keep the event loop: a tenth of the p95 budget of the requests beside it. */
const sliceMs = 4;

/** Lets other requests run while a long one is worked on, and counts the time that was really worked. */
export interface Pace {
  /** True when the slice is used up: `await rest()` then. Checked once an event. */
  readonly due: () => boolean;
  /** Gives the event loop away for one turn. */
  readonly rest: () => Promise<void>;
  /** Milliseconds worked since the start, rests left out. */
  readonly workedMs: () => number;
}

export const startPace = (monotonicMs: () => number = () => performance.now()): Pace => {
  let sliceStart = monotonicMs();
  let worked = 0;
  return {
    due: () => monotonicMs() - sliceStart >= sliceMs,
    rest: async () => {
      worked += monotonicMs() - sliceStart;
      await nextTurn();
      sliceStart = monotonicMs();
    },
    workedMs: () => worked + monotonicMs() - sliceStart,
  };
};
