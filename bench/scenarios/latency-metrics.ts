import { percentile } from '../load/plan.ts';
import type { JoinedResult } from '../load/run-loads.ts';
import type { Metric } from './scenario.ts';

const latency = (what: string): Metric => ({ what, unit: 'ms', better: 'lower' });

/** The percentiles that every latency is given by. */
export const latencyMetrics = {
  p50Ms: latency('middle latency'),
  p95Ms: latency('95 % are quicker'),
  p99Ms: latency('99 % are quicker'),
  p999Ms: latency('99.9 % are quicker'),
} as const satisfies Record<string, Metric>;

/** @param sorted ascending */
export const latencyValues = (sorted: Float64Array): Record<keyof typeof latencyMetrics, number> => ({
  p50Ms: percentile(sorted, 0.5),
  p95Ms: percentile(sorted, 0.95),
  p99Ms: percentile(sorted, 0.99),
  p999Ms: percentile(sorted, 0.999),
});

/** Latencies shorter than this are not doubted for the generator's own lateness. */
const harmlessLatenessMs = 2;

/** Latency counts from when a request was due: where the generator itself was late, a good part of it may be the generator's. */
export const doubtsOfLateness = ({ latenessMs, latenciesMs }: JoinedResult): readonly string[] => {
  const late = percentile(latenessMs, 0.99);
  const isTooLate = late > harmlessLatenessMs && late > percentile(latenciesMs, 0.99) / 2;
  return isTooLate ? [`the generator itself was ${late.toFixed(1)} ms late at p99`] : [];
};
