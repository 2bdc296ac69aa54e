import { awsBehaviour, awsPrices } from './aws/behaviour.ts';
import { type BillLine, monthlyCost, persistMs, totalOf } from './aws/monthly-cost.ts';
import { type SimulatedTrigger, simulateTrigger } from './aws/simulate-trigger.ts';
import { limitsOf, type TriggerMode } from './aws/trigger-rules.ts';
import type { NodeCosts } from './node/costs.ts';
import type { SimulatedNode } from './node/simulate-node.ts';
import { type Demand, type DemandRates, ratesOf } from './roadmap/demand.ts';
import { sealedPerSecond, simulateRate } from './roadmap/node-limit.ts';
import {
  hostsFor,
  type NodeReach,
  nodeReaches,
  type PhaseNeed,
  type Purchase,
  phaseNeeds,
  purchases,
} from './roadmap/phases.ts';

/** How an SQS trigger takes the peak of the demand, from an idle queue. */
export interface TriggerAnswer {
  readonly mode: TriggerMode;
  readonly simulated: SimulatedTrigger;
}

/** What the sessions of a phase of the roadmap would cost on AWS. */
export interface PhaseOnAws {
  readonly phase: string;
  readonly perMonth: number;
  readonly hardwareCost: number;
  /** After so long the phase's hardware has cost less than AWS; 0 where it costs nothing. */
  readonly monthsUntilPaid: number;
}

/** What a huge rate would take. */
export interface HugeRate {
  readonly perSecond: number;
  readonly nodes: number;
  readonly processorsPerNode: number;
  /** Stores, each with a log of its own: consultations have to be dealt out to them. */
  readonly stores: number;
  readonly gigabitsPerSecond: number;
  readonly storedTerabytesADay: number;
  readonly awsPerMonth: number;
}

/** Everything that the model says of a demand. */
export interface CapacityAnswer {
  readonly demand: Demand;
  readonly rates: DemandRates;
  /** One node under the peak. */
  readonly atPeak: SimulatedNode;
  readonly peakProcessors: number;
  readonly phases: readonly PhaseNeed[];
  readonly reaches: readonly NodeReach[];
  readonly sealedPerSecond: number;
  readonly purchases: readonly Purchase[];
  readonly triggers: readonly TriggerAnswer[];
  readonly bill: readonly BillLine[];
  readonly phasesOnAws: readonly PhaseOnAws[];
  readonly huge: HugeRate;
  /** Latency of one node over the rate, up to what it takes. */
  readonly curve: readonly (readonly [perSecond: number, p95Ms: number])[];
}

const daysAMonth = 30.4;
const monthsKept = 12;
/** The report's NAS, half of it and twice as much; beyond, hosts have nothing in common but the share. */
const sizes = [2, 4, 8] as const;
const reportProcessors = 4;
const curveShares = [0.05, 0.2, 0.4, 0.6, 0.75, 0.85, 0.95] as const;
const hugePerSecond = 1_000_000;
const batchBytes = 6 * 1024 * 1024;
/** Of serverless.yml's stage `prod`. */
const deployed = {
  ingestMegabytes: 1_024,
  persistMegabytes: 3_008,
  batchMessages: 10_000,
  batchWindowMs: 2_000,
} as const;
const deployedConcurrency = 4;

const triggersOf = (costs: NodeCosts, peakPerSecond: number, seed: number): readonly TriggerAnswer[] => {
  const behaviour = awsBehaviour();
  const modes: readonly TriggerMode[] = [
    { kind: 'on-demand', maximumConcurrency: deployedConcurrency },
    { kind: 'on-demand', maximumConcurrency: behaviour.scaling.mostConcurrency },
    { kind: 'provisioned', minimumPollers: 2, maximumPollers: 200 },
  ];
  return modes.map((mode) => ({
    mode,
    simulated: simulateTrigger(
      {
        messagesPerSecond: peakPerSecond,
        messageBytes: costs.messageBytesPerEvent,
        batchMessages: deployed.batchMessages,
        batchWindowMs: deployed.batchWindowMs,
        batchBytes,
        invocationMs: (messages) =>
          persistMs(costs, behaviour, { messages, events: messages, megabytes: deployed.persistMegabytes }),
        durationMs: 120_000,
        seed,
      },
      limitsOf(mode, behaviour),
    ),
  }));
};

const billOf = (costs: NodeCosts, eventsAMonth: number, messagesPerBatch: number): readonly BillLine[] =>
  monthlyCost(
    {
      requests: eventsAMonth,
      eventsPerRequest: 1,
      messagesPerBatch,
      ingestMegabytes: deployed.ingestMegabytes,
      persistMegabytes: deployed.persistMegabytes,
      endpointZones: 2,
      warmEvents: eventsAMonth,
      coldEvents: eventsAMonth * (monthsKept - 1),
    },
    costs,
    awsBehaviour(),
    awsPrices(),
  );

const phasesOnAws = (costs: NodeCosts, phases: readonly PhaseNeed[], seed: number): readonly PhaseOnAws[] =>
  phases.map(({ phase, rates }) => {
    const [deployedTrigger] = triggersOf(costs, rates.peakPerSecond, seed);
    const messagesPerBatch = deployedTrigger?.simulated.messagesPerBatch ?? 1;
    const perMonth = totalOf(billOf(costs, rates.eventsADay * daysAMonth, messagesPerBatch));
    return { phase: phase.name, perMonth, hardwareCost: phase.cost, monthsUntilPaid: phase.cost / perMonth };
  });

const hugeOf = (costs: NodeCosts, largest: NodeReach): HugeRate => ({
  perSecond: hugePerSecond,
  processorsPerNode: largest.processors,
  nodes: Math.ceil(hugePerSecond / largest.mostPerSecond),
  stores: Math.ceil(hugePerSecond / sealedPerSecond(costs)),
  gigabitsPerSecond: (hugePerSecond * costs.messageBytesPerEvent * 8) / 1e9,
  storedTerabytesADay: (hugePerSecond * 86_400 * costs.storedBytesPerEvent) / 1e12,
  awsPerMonth: totalOf(billOf(costs, hugePerSecond * 86_400 * daysAMonth, batchBytes / costs.messageBytesPerEvent)),
});

/** Answers a demand by the model. The same costs, demand and seed give the same answer. */
export const answerDemand = (
  costs: NodeCosts,
  demand: Demand,
  { seed, progress }: { readonly seed: number; readonly progress: (text: string) => void },
): CapacityAnswer => {
  const rates = ratesOf(demand, costs.storedBytesPerEvent);
  const size = { processors: reportProcessors, hosts: 1 };
  const options = { costs, demand, progress };
  const reaches = nodeReaches(options, sizes);
  const ours = reaches.find(({ processors }) => processors === reportProcessors);
  const largest = reaches.at(-1);
  if (ours === undefined || largest === undefined) throw new Error('no node of the report was simulated');
  const phases = phaseNeeds(options);
  progress('the rates between');
  const curve = curveShares.map((share): readonly [number, number] => {
    const perSecond = ours.mostPerSecond * share;
    const { latency } = simulateRate(
      costs,
      { processors: ours.processors, hosts: hostsFor(ours.processors) },
      perSecond,
    );
    return [perSecond, latency.p95Ms];
  });
  // A node that does not keep up shows in its own figures; the peak of a large demand is simulated up to what it takes.
  const atPeak = simulateRate(costs, size, Math.min(rates.peakPerSecond, ours.mostPerSecond));
  progress('AWS');
  const triggers = triggersOf(costs, Math.min(rates.peakPerSecond, ours.mostPerSecond), seed);
  const [deployedTrigger] = triggers;
  return {
    demand,
    rates,
    atPeak,
    peakProcessors: Object.values(atPeak.usage).reduce((sum, processors) => sum + processors, 0),
    phases,
    reaches,
    sealedPerSecond: sealedPerSecond(costs),
    purchases: purchases(costs, demand, ours, 'NVMe'),
    triggers,
    bill: billOf(costs, rates.eventsADay * daysAMonth, deployedTrigger?.simulated.messagesPerBatch ?? 1),
    phasesOnAws: phasesOnAws(costs, phases, seed),
    huge: hugeOf(costs, largest),
    curve,
  };
};
