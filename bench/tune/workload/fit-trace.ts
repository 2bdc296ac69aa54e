import type { Arrival, RateStep } from '../../load/plan.ts';
import type { EventSizes } from '../../load/sized-events.ts';
import { quantileOfSorted } from '../../measure/quantile.ts';

/** What was seen of a live system: how many requests came in each interval, one interval after another. */
export interface Trace {
  readonly intervalMs: number;
  readonly requests: readonly number[];
}

const seed = 1;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Variance of the counts over their mean: 0 where requests come evenly, 1 where they come independently of each other (Poisson), more in
 * bursts.
 */
export const dispersionOf = ({ requests }: Trace): number => {
  const average = mean(requests);
  return mean(requests.map((count) => (count - average) ** 2)) / average;
};

/** Below the first, requests come evenly; below the second, independently. */
const [evenDispersion, randomDispersion] = [0.3, 2];

const perSecond = (count: number, { intervalMs }: Trace): number => (count * 1_000) / intervalMs;

/** Intervals of the same count in a row become one step. */
const stepsOf = (trace: Trace): readonly RateStep[] => {
  const steps: RateStep[] = [];
  for (const count of trace.requests) {
    const requestsPerSecond = perSecond(count, trace);
    const last = steps.at(-1);
    if (last?.requestsPerSecond === requestsPerSecond) {
      steps[steps.length - 1] = { ...last, forMs: last.forMs + trace.intervalMs };
    } else steps.push({ forMs: trace.intervalMs, requestsPerSecond });
  }
  return steps;
};

/** An arrival pattern in words and as the generator has it. */
export interface Fitted {
  readonly what: string;
  readonly arrival: Arrival;
}

/**
 * The arrivals of a trace: even or Poisson at its mean rate where its counts vary no more than those would, the trace itself, played over and
 * over, where they do.
 * @throws Error when no request was seen
 */
export const fitArrival = (trace: Trace): Fitted => {
  const requestsPerSecond = perSecond(mean(trace.requests), trace);
  if (!(requestsPerSecond > 0)) throw new Error('no request was seen: record while the system is in use');
  const dispersion = dispersionOf(trace);
  const rate = requestsPerSecond.toFixed(1);
  if (dispersion < evenDispersion) {
    return { what: `${rate} requests a second, evenly`, arrival: { kind: 'constant', requestsPerSecond } };
  }
  if (dispersion < randomDispersion) {
    const steps = [{ forMs: 1_000, requestsPerSecond }];
    return {
      what: `${rate} requests a second on average, independent of each other`,
      arrival: { kind: 'varying', steps, spacing: 'random', seed },
    };
  }
  const peak = perSecond(Math.max(...trace.requests), trace);
  return {
    what: `as recorded: ${rate} requests a second on average, ${peak.toFixed(1)} at most`,
    arrival: { kind: 'varying', steps: stepsOf(trace), spacing: 'random', seed },
  };
};

const shares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];

/** The distribution of sizes that were seen. */
export const fitSizes = (bytes: readonly number[]): EventSizes => {
  const sorted = [...bytes].sort((left, right) => left - right);
  return shares.map((share) => [share, Math.round(quantileOfSorted(sorted, share))]);
};
