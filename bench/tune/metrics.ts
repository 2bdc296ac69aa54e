import type { Metric } from '../scenarios/scenario.ts';

const time = (what: string): Metric => ({ what, unit: 'ms', better: 'lower' });

/** What each trial measures, by the names that a goal uses. */
export const tuneMetrics = {
  p50: time('202 to readable, middle'),
  p95: time('202 to readable, 95 % are quicker'),
  p99: time('202 to readable, 99 % are quicker'),
  'accept.p50': time('request to 202, middle'),
  'accept.p95': time('request to 202, 95 % are quicker'),
  'accept.p99': time('request to 202, 99 % are quicker'),
  throughput: { what: 'events accepted and stored, until the last one was', unit: 'events/s', better: 'higher' },
  refused: {
    what: 'requests refused, or not sent since the target was too far behind',
    unit: '%',
    better: 'lower',
  },
  bytes: { what: 'bytes of parts for an event, before they are merged', unit: 'B', better: 'lower', exact: true },
  cost: { what: 'modelled price on AWS for a million events', unit: '$', better: 'lower' },
  cpu: { what: 'processor time of the host for an event', unit: 'µs', better: 'lower' },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof tuneMetrics;

/** What a trial measured; what its target cannot tell is left out. */
export type Values = { readonly [Name in MetricName]?: number };

export const metricNames = Object.keys(tuneMetrics) as readonly MetricName[];

export const isMetricName = (text: string): text is MetricName => Object.hasOwn(tuneMetrics, text);

/** What the front of a search is made of: no configuration of it is better in one of these without being worse in another. */
export const frontMetrics = ['p95', 'accept.p95', 'throughput', 'bytes', 'cost'] as const satisfies MetricName[];
