import { acceptScenario } from './accept.ts';

export const acceptMax = acceptScenario({
  name: 'accept-max',
  what: 'single events over 50 connections, each sending as soon as it has its answer: the most that is accepted',
  connections: 50,
  eventsPerRequest: 1,
});
