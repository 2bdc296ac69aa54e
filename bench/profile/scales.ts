import { fullScale as benchScale } from '../scenarios/scales.ts';
import type { ProfileScale } from './result.ts';

/** The rate of the bench's accept-half-rate, and as many events by batches as a processor has time for beside the generator. */
export const fullScale: ProfileScale = {
  loadMs: 10_000,
  warmUpMs: 3_000,
  singleRate: benchScale.halfRate,
  batchRate: 300,
  persistEvents: 100_000,
  storeEvents: 200_000,
  pages: 2_000,
};

/** Shows that everything works, and nothing about where time goes. */
export const quickScale: ProfileScale = {
  loadMs: 800,
  warmUpMs: 200,
  singleRate: 500,
  batchRate: 20,
  persistEvents: 5_000,
  // A whole copy of the 10,000 events: only consultations that are whole are read.
  storeEvents: 10_000,
  pages: 50,
};
