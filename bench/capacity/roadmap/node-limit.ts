import { alone } from '../node/configuration.ts';
import type { NodeCosts } from '../node/costs.ts';
import { type SimulatedNode, simulateNode } from '../node/simulate-node.ts';
import { usualSettings } from '../node/usual-settings.ts';

/** A machine with single events coming from other machines. */
export interface NodeSize {
  readonly processors: number;
  readonly hosts: number;
}

/** Clients of a host in the busiest minute: more than ever wait for an answer at once. */
const connectionsPerHost = 200;
/** A node keeps up that answers within this time at p95 ... */
const mostP95Ms = 50;
/** ... stores nearly as much as comes (batches are large beside the time that is simulated), and has no more than this many seconds of it waiting. */
const leastStoredShare = 0.8;
const mostBacklogSeconds = 0.8;
const warmUpMs = 600;
/** Long enough for so many requests, where they are rare. */
const fewestRequests = 200;
const shortestMs = 1_200;
const longestMs = 120_000;
const seed = 7;
const steps = 7;
/** Nobody's node takes so much. */
const hopelessPerSecond = 400_000;

/** A node under a constant rate of single events; sealing is left to the quiet hours, see {@link sealedPerSecond}. */
export const simulateRate = (costs: NodeCosts, { processors, hosts }: NodeSize, perSecond: number): SimulatedNode =>
  simulateNode(
    {
      load: {
        arrival: { kind: 'constant', requestsPerSecond: perSecond },
        connections: hosts * connectionsPerHost,
        eventsPerRequest: 1,
      },
      settings: { ...usualSettings(), hosts },
      surroundings: alone(processors),
    },
    costs,
    { warmUpMs, measureMs: Math.min(longestMs, Math.max(shortestMs, (fewestRequests / perSecond) * 1_000)), seed },
  );

export const keepsUp = (node: SimulatedNode, perSecond: number): boolean =>
  node.requestsPerSecond > perSecond * 0.97 &&
  node.latency.p95Ms <= mostP95Ms &&
  node.storedPerSecond >= perSecond * leastStoredShare &&
  node.backlogEvents <= perSecond * mostBacklogSeconds;

/** The most single events a second that a node accepts and stores, found by halving; 0 when it keeps up with none that was tried. */
export const mostPerSecond = (costs: NodeCosts, size: NodeSize): number => {
  let low = 0;
  // No more than its processors could if an event took nothing but its share of the front.
  let high = Math.min(hopelessPerSecond, (size.processors * 1e6) / (costs.front.perRequestUs + costs.front.perEventUs));
  for (let step = 0; step < steps; step++) {
    const middle = (low + high) / 2;
    if (keepsUp(simulateRate(costs, size, middle), middle)) low = middle;
    else high = middle;
  }
  return low;
};

/**
 * Events a second that one store seals and merges in the long run: one thread does it, of whichever host wins the next commit, so that more
 * hosts do not make it more. What is accepted faster waits, readable as unsealed.
 */
export const sealedPerSecond = ({
  sealPerEventUs,
  mergePerEventUs,
  mergesPerEvent,
  sealThreadShare,
}: NodeCosts): number => 1e6 / ((sealPerEventUs + mergesPerEvent * mergePerEventUs) * sealThreadShare);
