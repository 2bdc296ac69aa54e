import { type Arrival, requestsPerSecond } from '../load/plan.ts';
import { watchMemory } from '../measure/memory.ts';
import { spectrumOf } from '../measure/spectrum.ts';
import { type HostRun, withHost } from './host-run.ts';
import { doubtsOfLateness, latencyMetrics, latencyValues } from './latency-metrics.ts';
import type { Metric, Observation, Scale, Scenario } from './scenario.ts';

/** What tells the scenarios that send events and measure their acceptance from each other. */
export interface AcceptScenario {
  readonly name: string;
  readonly what: string;
  readonly connections: number;
  readonly eventsPerRequest: number;
  /** Requests a second that fall due; without it each connection sends as soon as it has its answer. */
  readonly rate?: (scale: Scale) => number;
}

const metrics = {
  requestsPerSecond: { what: 'requests answered 202', unit: 'req/s', better: 'higher' },
  eventsPerSecond: { what: 'events accepted', unit: 'events/s', better: 'higher' },
  ...latencyMetrics,
  failedRequests: {
    what: 'requests without a 202 for all their events, or never sent since the host was too far behind',
    unit: 'requests',
    better: 'neither',
  },
  hostUsPerEvent: {
    what: 'processor time of the host for an event, from its request to its part, sealing included as far as it came',
    unit: 'µs',
    better: 'lower',
  },
  generatorUsPerRequest: { what: 'processor time of the generator, its start included', unit: 'µs', better: 'neither' },
  generatorLateP99Ms: { what: 'how late the generator itself was, p99', unit: 'ms', better: 'neither' },
  drainSeconds: { what: 'until the queue was empty afterwards', unit: 's', better: 'lower' },
  memoryMB: { what: 'largest memory of all processes of the host', unit: 'MB', better: 'lower' },
} as const satisfies Record<string, Metric>;

type Name = keyof typeof metrics;

/** At a constant rate throughput is what was asked for, and in a closed loop nothing is due. */
const metricsOf = (isClosed: boolean): Readonly<Partial<Record<Name, Metric>>> => {
  const { requestsPerSecond, eventsPerSecond, generatorLateP99Ms, ...common } = metrics;
  if (isClosed) return { requestsPerSecond, eventsPerSecond, ...common };
  return { requestsPerSecond: { ...requestsPerSecond, better: 'neither' }, ...common, generatorLateP99Ms };
};

const measure = async (run: HostRun, scenario: AcceptScenario, scale: Scale): Promise<Omit<Observation, 'lost'>> => {
  const { connections, eventsPerRequest, rate } = scenario;
  const arrival: Arrival =
    rate === undefined ? { kind: 'closed' } : { kind: 'constant', requestsPerSecond: rate(scale) };
  const startProcessorMs = run.processorMs();
  const memory = watchMemory([run.host.process.pid]);
  const result = await run.load({
    arrival,
    connections,
    eventsPerRequest,
    durationMs: scale.measureMs,
    warmUpMs: scale.warmUpMs,
    mostBehindMs: scale.measureMs,
  });
  const drainSeconds = await run.drain();
  const { proportionalMB, residentMB, series } = memory.stop();
  const processorMs = (run.processorMs() ?? Number.NaN) - (startProcessorMs ?? Number.NaN);
  const answered = requestsPerSecond(result);
  const values: Record<Name, number> = {
    requestsPerSecond: answered,
    eventsPerSecond: answered * eventsPerRequest,
    ...latencyValues(result.latenciesMs),
    failedRequests: result.failed,
    hostUsPerEvent: (processorMs * 1_000) / result.acceptedEvents,
    generatorUsPerRequest: (result.processorMs * 1_000 * eventsPerRequest) / result.acceptedEvents,
    generatorLateP99Ms: latencyValues(result.latenessMs).p99Ms,
    drainSeconds,
    memoryMB: proportionalMB ?? residentMB,
  };
  return {
    values,
    spectra: { 'request to 202': spectrumOf(result.latenciesMs) },
    series: { 'memory, MB': series },
    doubts: arrival.kind === 'constant' ? doubtsOfLateness(result) : [],
  };
};

/** Makes a scenario that loads `npm start` and measures how events are accepted; sealing runs beside it as it does in life. */
export const acceptScenario = (scenario: AcceptScenario): Scenario => ({
  name: scenario.name,
  what: scenario.what,
  metrics: metricsOf(scenario.rate === undefined),
  run: async (context) => {
    const { found, lost } = await withHost(context, (run) => measure(run, scenario, context.scale));
    return { ...found, lost };
  },
});
