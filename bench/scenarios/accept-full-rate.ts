import { acceptScenario } from './accept.ts';

export const acceptFullRate = acceptScenario({
  name: 'accept-full-rate',
  what: 'single events at a constant rate, all that the budget asks for; latency from when a request was due',
  connections: 200,
  eventsPerRequest: 1,
  rate: ({ fullRate }) => fullRate,
});
