import { runProgram } from '../../scenarios/run-program.ts';
import type { Contender } from '../comparison.ts';

const batchEvents = 1_000;

/** Ours: the stage that functions/persist runs. */
export const persistStage: Contender = {
  name: 'ours',
  what: 'batches of 1,000 events in packs, stored by the stage of functions/persist, each in a synced part',
  prepare: async () => {},
  measure: async (folder, { drainEvents }) => {
    const batches = String(Math.ceil(drainEvents / batchEvents));
    const { eventsPerSecond, usPerEvent } = await runProgram<{
      readonly eventsPerSecond: number;
      readonly usPerEvent: number;
    }>('scenarios/persist/program.ts', [folder, batches]);
    // The program throws when a batch is not stored.
    return { values: { eventsPerSecond, usPerEvent }, lost: 0 };
  },
};
