import type { Metric } from '../../scenarios/scenario.ts';
import type { Comparison } from '../comparison.ts';
import { persistStage } from './persist-stage.ts';
import { reportWorkers } from './report-worker.ts';

const metrics = {
  eventsPerSecond: { what: 'events stored', unit: 'events/s', better: 'higher' },
  usPerEvent: { what: 'processor time of the worker for an event', unit: 'µs', better: 'lower' },
} as const satisfies Record<string, Metric>;

export const drain: Comparison = {
  name: 'drain',
  what: "what a worker stores of the events that wait in its queue. The report's workers receive and acknowledge in this time, ours is the stage that stores, as the budget has it",
  metrics,
  ours: persistStage,
  peers: reportWorkers,
};
