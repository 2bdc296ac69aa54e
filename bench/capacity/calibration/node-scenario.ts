import { latencyMetrics } from '../../scenarios/latency-metrics.ts';
import type { Metric, Scenario } from '../../scenarios/scenario.ts';
import { type NodeTrial, observeNode } from './observe-node.ts';

const processorTime = (of: string): Metric => ({
  what: `processor time of ${of}, an event`,
  unit: 'µs',
  better: 'lower',
});

/** What is measured of a node, whether to calibrate by it or to hold a prediction against it. */
const metrics = {
  requestsPerSecond: { what: 'requests answered 202', unit: 'req/s', better: 'higher' },
  ...latencyMetrics,
  failedRequests: { what: 'requests without a 202 for all their events', unit: 'requests', better: 'neither' },
  frontUs: processorTime("the fronts' main threads"),
  frontHelpersUs: processorTime("the other threads of the fronts' processes"),
  pollerUs: processorTime("the consumers' main threads"),
  workersUs: processorTime('the threads that write parts'),
  consumerHelpersUs: processorTime("the other threads of the consumers' processes"),
  generatorUs: processorTime('the load generators, their start included'),
  eventsPerBatch: { what: 'events of a part', unit: 'events', better: 'neither' },
} as const satisfies Record<string, Metric>;

/** Makes a bench scenario of a trial: measured, repeated and watched for noise like all others. */
export const nodeScenario = (trial: NodeTrial): Scenario => ({
  name: trial.name,
  what: trial.what,
  metrics,
  run: (context) => observeNode(trial, context),
});
