import { acceptScenario } from './accept.ts';

/** More connections than 50: a pool that is empty delays requests that were due, and counts that as latency, too. */
export const acceptHalfRate = acceptScenario({
  name: 'accept-half-rate',
  what: 'single events at a constant rate, half of what the budget asks for; latency from when a request was due',
  connections: 100,
  eventsPerRequest: 1,
  rate: ({ halfRate }) => halfRate,
});
