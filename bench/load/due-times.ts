import { createRandom } from '../measure/random.ts';
import type { Arrival, RateStep } from './plan.ts';

/** Where a step of a rate that varies begins and ends, and how many requests are due before it. */
interface Stretch {
  readonly startMs: number;
  readonly requestsPerMs: number;
  readonly requests: number;
}

/** The steps, over and over, until `totalMs`. */
function* stretchesOf(steps: readonly RateStep[], totalMs: number): Generator<Stretch> {
  let startMs = 0;
  while (startMs < totalMs) {
    for (const { forMs, requestsPerSecond } of steps) {
      const lastsMs = Math.min(forMs, totalMs - startMs);
      if (lastsMs <= 0) return;
      const requestsPerMs = requestsPerSecond / 1_000;
      yield { startMs, requestsPerMs, requests: requestsPerMs * lastsMs };
      startMs += lastsMs;
    }
  }
}

/** What lies between two requests where the rate is one a unit: 1, or an exponential deviate, which makes arrivals Poisson's. */
const gapsOf = (spacing: 'even' | 'random', seed: number): (() => number) => {
  if (spacing === 'even') return () => 1;
  const random = createRandom(seed);
  return () => -Math.log(1 - random());
};

/** Lets requests come at the rate of one a unit, and stretches that time so that each step gets the rate it has. */
const varyingTimes = ({ steps, spacing, seed }: Arrival & { kind: 'varying' }, totalMs: number): Float64Array => {
  if (!steps.some(({ forMs, requestsPerSecond }) => forMs > 0 && requestsPerSecond > 0)) {
    throw new Error('a rate that varies needs a step with requests in it');
  }
  const nextGap = gapsOf(spacing, seed);
  const times: number[] = [];
  let passed = 0;
  // The first request is due at once where they come evenly, as at a constant rate.
  let due = spacing === 'even' ? 0 : nextGap();
  for (const { startMs, requestsPerMs, requests } of stretchesOf(steps, totalMs)) {
    while (due < passed + requests) {
      times.push(startMs + (due - passed) / requestsPerMs);
      due += nextGap();
    }
    passed += requests;
  }
  return Float64Array.from(times);
};

/**
 * When each request falls due, in milliseconds from the start, ascending; undefined in a closed loop, where none does.
 * @param totalMs the warm-up and what counts
 */
export const dueTimes = (arrival: Arrival, totalMs: number): Float64Array | undefined => {
  if (arrival.kind === 'closed') return undefined;
  if (arrival.kind === 'varying') return varyingTimes(arrival, totalMs);
  const intervalMs = 1_000 / arrival.requestsPerSecond;
  return Float64Array.from({ length: Math.floor(totalMs / intervalMs) }, (_, request) => request * intervalMs);
};
