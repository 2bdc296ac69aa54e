import { figure } from '../../report/format.ts';
import type { CapacityAnswer } from '../answer.ts';
import { totalOf } from '../aws/monthly-cost.ts';

/** The load that the report's two figures of its last phase are of, in one sentence each. */
const twoLoads = ({ demand, rates, phases }: CapacityAnswer): readonly string[] => {
  const last = phases.at(-1);
  if (last === undefined) return [];
  const { claimedSessionsADay, claimedRequestsPerSecond } = last.phase;
  const eventsASession =
    (claimedRequestsPerSecond * demand.hoursADay * 3_600) / (claimedSessionsADay * demand.peakFactor);
  return [
    `The report's ${figure(claimedSessionsADay)} sessions a day and ${figure(claimedRequestsPerSecond)} req/s are two loads: with ${figure(demand.eventsASession)} events a session,`,
    `those sessions are ${figure(last.rates.averagePerSecond)} events/s on average and ${figure(last.rates.peakPerSecond)} at the peak, ${figure(claimedRequestsPerSecond / last.rates.peakPerSecond)} times less.`,
    `${figure(claimedRequestsPerSecond)} req/s as a peak are ${figure(last.claimedRateInSessions)} sessions a day, or ${figure(claimedSessionsADay)} of ${figure(eventsASession)} events each.`,
    `Asked for: ${figure(demand.sessionsADay)} sessions a day, ${figure(rates.eventsADay)} events, ${figure(rates.averagePerSecond)} events/s over ${figure(demand.hoursADay)} hours and ${figure(rates.peakPerSecond)} at the peak.`,
  ];
};

const oneNode = ({ rates, atPeak, peakProcessors, reaches, purchases, demand }: CapacityAnswer): readonly string[] => {
  const reach = reaches.find(({ processors }) => processors === 4);
  const [first] = purchases;
  if (reach === undefined || first === undefined) return [];
  if (reach.mostPerSecond === 0) {
    return [
      'By this calibration a node keeps up with no rate: the machine was too busy while it was measured. Calibrate anew.',
    ];
  }
  const fits = rates.peakPerSecond <= reach.mostPerSecond;
  const peak = fits
    ? `One node takes the peak with ${figure(peakProcessors)} processors busy and answers within ${figure(atPeak.latency.p95Ms)} ms (p95).`
    : `One node of 4 processors does not take the peak: it ends at ${figure(reach.mostPerSecond)} events/s, so that ${Math.ceil(rates.peakPerSecond / reach.mostPerSecond)} are needed.`;
  const purchase =
    first.sessionsADay > demand.sessionsADay
      ? `Nothing has to be bought before ${figure(first.sessionsADay)} sessions a day (${first.what}).`
      : `To be bought first: ${first.what}, from ${figure(first.sessionsADay)} sessions a day on.`;
  return [peak, `It stores ${figure(rates.storedGigabytesAYear)} GB a year. ${purchase}`];
};

const elsewhere = ({ bill, huge, sealedPerSecond }: CapacityAnswer): readonly string[] => [
  `AWS would cost ${figure(totalOf(bill))} USD a month.`,
  `${figure(huge.perSecond)} req/s would take ${huge.nodes} nodes of ${huge.processorsPerNode} processors, ${figure(huge.gigabitsPerSecond)} Gbit/s, ${figure(huge.storedTerabytesADay)} TB of new disk a day, and ${huge.stores} stores:`,
  `one log seals and merges ${figure(sealedPerSecond)} events/s in the long run. On AWS it would be ${figure(huge.awsPerMonth / 1e6)} million USD a month.`,
];

/** What the answer comes to, in sentences. */
export const inWords = (answer: CapacityAnswer): readonly string[] => [
  ...twoLoads(answer),
  ...oneNode(answer),
  ...elsewhere(answer),
];
