import { createRandom } from '../../measure/random.ts';
import { latencyValues } from '../../scenarios/latency-metrics.ts';
import { createProcessors, type Thread } from '../simulation/processors.ts';
import { createSimulation } from '../simulation/simulation.ts';
import { type NodeConfiguration, shareOfLoad } from './configuration.ts';
import type { NodeCosts } from './costs.ts';
import { startGenerator } from './generator.ts';
import { createHost } from './host.ts';
import { startOthers } from './others.ts';

export interface SimulationSpan {
  readonly warmUpMs: number;
  /** What counts, after it. */
  readonly measureMs: number;
  readonly seed: number;
}

/**
 * A thread that runs keeps its processor for so long, Linux's base slice. Of 0.7, 1.4, 2.8 and 4 ms (a tick) this came nearest to what a
 * quiet machine of two processors did; without it every p95 came out as half of what was measured.
 */
const sliceMs = 0.7;

/** Kinds of threads. */
export type ThreadKind = 'front' | 'frontHelpers' | 'poller' | 'workers' | 'consumerHelpers' | 'generator';

/** What a simulated node did. */
export interface SimulatedNode {
  readonly requestsPerSecond: number;
  readonly eventsPerSecond: number;
  /** Events that became part of a part. */
  readonly storedPerSecond: number;
  /** Of the acceptance, from when a request was due. */
  readonly latency: ReturnType<typeof latencyValues>;
  /** From the 202 to the part, of the oldest event of each batch. */
  readonly stored: ReturnType<typeof latencyValues>;
  readonly eventsPerMessage: number;
  readonly eventsPerBatch: number;
  /** Events that had their 202 and were in no part at the end. */
  readonly backlogEvents: number;
  /** Processor time of all threads of the hosts for an event, from its request to its part, in microseconds. */
  readonly hostUsPerEvent: number;
  /** Processors that each kind of thread had on average, all hosts added up. */
  readonly usage: Readonly<Record<ThreadKind, number>>;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** After the load, its events are stored as a bench waits for it; for so long at most. */
const drainStepMs = 100;
const mostDrainMs = 60_000;

/** Simulates a node under load. The same configuration, costs and seed give the same figures. */
export const simulateNode = (
  { load, settings, surroundings }: NodeConfiguration,
  costs: NodeCosts,
  { warmUpMs, measureMs, seed }: SimulationSpan,
): SimulatedNode => {
  const simulation = createSimulation();
  const random = createRandom(seed);
  const processors = createProcessors(simulation, surroundings.processors, () => random() * sliceMs);
  const latencies: number[] = [];
  const storedAfterMs: number[] = [];
  const eventsOfBatches: number[] = [];
  const counts = { acceptedEvents: 0, storedEvents: 0, batches: 0 };
  startOthers(simulation, processors, {
    count: Math.ceil(surroundings.processors),
    share: surroundings.othersShare,
    random,
  });
  const generators = processors.group();
  const generatorThreads: Thread[] = [];
  const hosts = Array.from({ length: settings.hosts }, () => {
    const host = createHost({
      simulation,
      processors,
      costs,
      settings,
      random,
      published: ({ events }, oldestMs) => {
        counts.storedEvents += events;
        counts.batches++;
        if (simulation.nowMs < warmUpMs) return;
        eventsOfBatches.push(events);
        storedAfterMs.push(oldestMs);
      },
    });
    const thread = surroundings.generatorIsLocal ? generators.thread() : undefined;
    if (thread !== undefined) generatorThreads.push(thread);
    const generator = startGenerator({
      simulation,
      costs,
      thread,
      front: host.front,
      load: shareOfLoad(load, settings.hosts),
      answered: (dueMs) => {
        counts.acceptedEvents += load.eventsPerRequest;
        if (dueMs >= warmUpMs) latencies.push(simulation.nowMs - dueMs);
      },
    });
    return { ...host, generator };
  });

  const usedUs = (): Readonly<Record<ThreadKind, number>> => {
    const of = (threads: readonly Thread[]): number => sum(threads.map((thread) => thread.usedUs));
    return {
      front: of(hosts.map(({ threads }) => threads.front)),
      frontHelpers: of(hosts.map(({ threads }) => threads.frontHelpers)),
      poller: of(hosts.map(({ threads }) => threads.poller)),
      workers: of(hosts.flatMap(({ threads }) => threads.workers)),
      consumerHelpers: of(hosts.map(({ threads }) => threads.consumerHelpers)),
      generator: of(generatorThreads),
    };
  };
  simulation.runUntil(warmUpMs);
  const before = usedUs();
  simulation.runUntil(warmUpMs + measureMs);
  const processorsOf = ([kind, us]: readonly [string, number]): readonly [string, number] => [
    kind,
    (us - before[kind as ThreadKind]) / (measureMs * 1_000),
  ];
  const usage = Object.fromEntries(Object.entries(usedUs()).map(processorsOf)) as SimulatedNode['usage'];
  const backlogEvents = counts.acceptedEvents - counts.storedEvents;
  const whileLoaded = {
    latencies: Float64Array.from(latencies).sort(),
    storedAfterMs: Float64Array.from(storedAfterMs).sort(),
    storedEvents: sum(eventsOfBatches),
  };
  for (const { generator } of hosts) generator.stop();
  const endMs = simulation.nowMs + mostDrainMs;
  const isStored = (): boolean => counts.storedEvents === counts.acceptedEvents;
  while (!isStored() && simulation.nowMs < endMs) simulation.runUntil(simulation.nowMs + drainStepMs);
  const { generator: _, ...hostsUs } = usedUs();
  const requestsPerSecond = (whileLoaded.latencies.length * 1_000) / measureMs;
  return {
    requestsPerSecond,
    eventsPerSecond: requestsPerSecond * load.eventsPerRequest,
    storedPerSecond: (whileLoaded.storedEvents * 1_000) / measureMs,
    latency: latencyValues(whileLoaded.latencies),
    stored: latencyValues(whileLoaded.storedAfterMs),
    eventsPerMessage: counts.acceptedEvents / sum(hosts.map(({ queue }) => queue.addedMessages)),
    eventsPerBatch: counts.storedEvents / counts.batches,
    backlogEvents,
    hostUsPerEvent: sum(Object.values(hostsUs)) / counts.acceptedEvents,
    usage,
  };
};
