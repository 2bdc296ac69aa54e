import { readFileSync } from 'node:fs';
import { type NodeCosts, shareBytesPerEvent } from '../node/costs.ts';
import { constantSpectrum } from '../simulation/draw.ts';
import { type Demand, type DemandRates, ratesOf, sessionsOfPeak } from './demand.ts';
import { mostPerSecond, sealedPerSecond, simulateRate } from './node-limit.ts';

export type StorageKind = 'HDD' | 'SSD' | 'NVMe';

interface Phase {
  readonly name: string;
  readonly nodes: number;
  readonly processorsPerNode: number;
  readonly cost: number;
  readonly storage: StorageKind;
  readonly claimedSessionsADay: number;
  readonly claimedRequestsPerSecond: number;
}

/** The report's roadmap and its table of storage, as it states them. */
export interface Hardware {
  readonly source: string;
  readonly date: string;
  readonly currency: string;
  readonly phases: readonly Phase[];
  readonly storage: Readonly<Record<StorageKind, { readonly appendMs: number; readonly capacityTB: number }>>;
  readonly network: Readonly<Record<string, { readonly MBPerSecond: number }>>;
}

export const hardware = (): Hardware =>
  JSON.parse(readFileSync(new URL('../data/hardware.json', import.meta.url), 'utf8'));

/** What a phase of the roadmap really needs. */
export interface PhaseNeed {
  readonly phase: Phase;
  /** Of its sessions. */
  readonly rates: DemandRates;
  /** Of all nodes' processors at the peak. */
  readonly busyShare: number;
  readonly p95Ms: number;
  /** Until its storage is full at this rate. */
  readonly yearsOfStorage: number;
  /** What its claimed requests a second would be in sessions a day, and in nodes of its kind. */
  readonly claimedRateInSessions: number;
  readonly nodesForClaimedRate: number;
}

/** The costs with another disk: modelled from the report's table, where one append waits so long. */
const onStorage = (costs: NodeCosts, appendMs: number): NodeCosts => ({
  ...costs,
  flushMs: constantSpectrum(appendMs),
  // A part takes four waits: its file, its name, its folder, and the temporary's end.
  publishMs: constantSpectrum(4 * appendMs),
});

/** One front for every two processors: the other one is the consumer's. */
export const hostsFor = (processors: number): number => Math.max(1, Math.floor(processors / 2));

export interface RoadmapOptions {
  readonly costs: NodeCosts;
  readonly demand: Demand;
  readonly progress: (text: string) => void;
}

/** Holds each phase of the report's roadmap against the model. */
export const phaseNeeds = ({ costs, demand, progress }: RoadmapOptions): readonly PhaseNeed[] => {
  const { phases, storage } = hardware();
  const limits = new Map<string, number>();
  const limitOf = ({ processorsPerNode, storage: kind }: Phase): number => {
    const key = `${processorsPerNode} ${kind}`;
    const known = limits.get(key);
    if (known !== undefined) return known;
    progress(`the most that a node of ${processorsPerNode} processors with ${kind} takes`);
    const size = { processors: processorsPerNode, hosts: hostsFor(processorsPerNode) };
    const found = mostPerSecond(onStorage(costs, storage[kind].appendMs), size);
    limits.set(key, found);
    return found;
  };
  return phases.map((phase) => {
    const rates = ratesOf({ ...demand, sessionsADay: phase.claimedSessionsADay }, costs.storedBytesPerEvent);
    const { appendMs, capacityTB } = storage[phase.storage];
    const size = { processors: phase.processorsPerNode, hosts: 1 };
    const node = simulateRate(onStorage(costs, appendMs), size, rates.peakPerSecond / phase.nodes);
    return {
      phase,
      rates,
      busyShare: (node.hostUsPerEvent * rates.peakPerSecond) / 1e6 / (phase.nodes * phase.processorsPerNode),
      p95Ms: node.latency.p95Ms,
      yearsOfStorage: (capacityTB * 1_000) / rates.storedGigabytesAYear,
      claimedRateInSessions: sessionsOfPeak(phase.claimedRequestsPerSecond, demand),
      nodesForClaimedRate: Math.ceil(phase.claimedRequestsPerSecond / limitOf(phase)),
    };
  });
};

/** How far nodes of some sizes go. */
export interface NodeReach {
  readonly processors: number;
  readonly hosts: number;
  readonly mostPerSecond: number;
  /** That as the peak of a day of sessions. */
  readonly sessionsADay: number;
}

export const nodeReaches = (
  { costs, demand, progress }: RoadmapOptions,
  sizes: readonly number[],
): readonly NodeReach[] =>
  sizes.map((processors) => {
    const hosts = hostsFor(processors);
    progress(`the most that ${hosts} hosts on ${processors} processors take`);
    const most = mostPerSecond(costs, { processors, hosts });
    return { processors, hosts, mostPerSecond: most, sessionsADay: sessionsOfPeak(most, demand) };
  });

/** When which limit is reached, in sessions a day, growing from the smallest. */
export interface Purchase {
  readonly what: string;
  readonly sessionsADay: number;
}

const secondsADay = 86_400;
/** Nobody wants to buy disks more often than that. */
const yearsOfADisk = 5;

/** What one node of the given kind runs out of first, and what would have to be bought then. */
export const purchases = (
  costs: NodeCosts,
  demand: Demand,
  node: NodeReach,
  kind: StorageKind,
): readonly Purchase[] => {
  const { storage, network } = hardware();
  const { capacityTB } = storage[kind];
  const { written, read } = shareBytesPerEvent(costs);
  const linkPerSecond = ((network['1 GbE']?.MBPerSecond ?? 0) * 1e6) / (written + read);
  const sealedADay = sealedPerSecond(costs) * secondsADay;
  const storedADay = (capacityTB * 1e12) / costs.storedBytesPerEvent / (yearsOfADisk * 365);
  const sessions = (eventsADay: number): number => eventsADay / demand.eventsASession;
  return [
    {
      what: `disks: ${capacityTB} TB of ${kind} are full before they are ${yearsOfADisk} years old`,
      sessionsADay: sessions(storedADay),
    },
    {
      what: `a second node: the peak is more than ${node.processors} processors accept and store`,
      sessionsADay: node.sessionsADay,
    },
    {
      what: '10 GbE: a link of 1 GbE to the share is full at the peak, sealing and merging beside it',
      sessionsADay: sessionsOfPeak(linkPerSecond, demand),
    },
    {
      what: 'a second store: one log cannot seal and merge more events in 24 hours',
      sessionsADay: sessions(sealedADay),
    },
  ].sort((left, right) => left.sessionsADay - right.sessionsADay);
};
