import { usualSettings } from '../node/usual-settings.ts';
import type { NodeTrial } from './observe-node.ts';

/** Longer than any measurement: what is calibrated here is everything but sealing, which has a scenario of its own. */
const noSealing = { sealAgeMs: 3_600_000, sealParts: 100_000 } as const;
const settings = { ...usualSettings(), ...noSealing };
const constant = (requestsPerSecond: number) => ({ kind: 'constant', requestsPerSecond }) as const;

/**
 * What the costs of work are found by: single events and batches, as fast as they are taken and slowly, so that costs of a request, of an
 * event, of a message and of a batch can be told from each other.
 */
export const calibrationTrials: readonly NodeTrial[] = [
  {
    name: 'capacity-single-most',
    what: 'calibration: single events over 50 connections, as fast as they are accepted',
    load: { arrival: { kind: 'closed' }, connections: 50, eventsPerRequest: 1 },
    settings,
  },
  {
    name: 'capacity-single-slow',
    what: 'calibration: 1,000 single events a second',
    load: { arrival: constant(1_000), connections: 50, eventsPerRequest: 1 },
    settings,
  },
  {
    name: 'capacity-batches-most',
    what: 'calibration: batches of 100 over 8 connections, as fast as they are accepted',
    load: { arrival: { kind: 'closed' }, connections: 8, eventsPerRequest: 100 },
    settings,
  },
  {
    name: 'capacity-batches-slow',
    what: 'calibration: 50 batches of 100 a second',
    load: { arrival: constant(50), connections: 8, eventsPerRequest: 100 },
    settings,
  },
];

/** What predictions are held against: other numbers of hosts and workers, other rates, other batches; none of it was calibrated on. */
export const validationTrials: readonly NodeTrial[] = [
  {
    name: 'validate-two-hosts-most',
    what: '2 hosts, single events over 50 connections, as fast as they are accepted',
    load: { arrival: { kind: 'closed' }, connections: 50, eventsPerRequest: 1 },
    settings: { ...settings, hosts: 2 },
  },
  {
    name: 'validate-twenty-connections',
    what: '1 host, single events over 20 connections, as fast as they are accepted',
    load: { arrival: { kind: 'closed' }, connections: 20, eventsPerRequest: 1 },
    settings,
  },
  {
    name: 'validate-batches-of-20',
    what: '1 host with 2 workers, batches of 20 over 16 connections, as fast as they are accepted',
    load: { arrival: { kind: 'closed' }, connections: 16, eventsPerRequest: 20 },
    settings: { ...settings, workers: 2 },
  },
  {
    name: 'validate-steady-3000',
    what: '1 host, 3,000 single events a second',
    load: { arrival: constant(3_000), connections: 50, eventsPerRequest: 1 },
    settings,
  },
  {
    name: 'validate-two-hosts-2000',
    what: '2 hosts, 2,000 single events a second',
    load: { arrival: constant(2_000), connections: 50, eventsPerRequest: 1 },
    settings: { ...settings, hosts: 2 },
  },
  {
    name: 'validate-three-hosts-batches',
    what: '3 hosts, batches of 50 over 12 connections, as fast as they are accepted',
    load: { arrival: { kind: 'closed' }, connections: 12, eventsPerRequest: 50 },
    settings: { ...settings, hosts: 3 },
  },
  {
    name: 'validate-sealing',
    what: '1 host that seals every second, 2,000 single events a second',
    load: { arrival: constant(2_000), connections: 50, eventsPerRequest: 1 },
    settings: { ...settings, sealAgeMs: 1_000 },
  },
];
