import { acceptScenario } from './accept.ts';

export const acceptBatches = acceptScenario({
  name: 'accept-batches',
  what: 'NDJSON batches of 100 events over 8 connections',
  connections: 8,
  eventsPerRequest: 100,
});
