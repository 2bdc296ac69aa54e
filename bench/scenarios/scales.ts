import type { Scale } from './scenario.ts';

/** What the budgets are judged by. */
export const fullScale: Scale = {
  warmUpMs: 3_000,
  measureMs: 10_000,
  sustainedMs: 20_000,
  halfRate: 6_000,
  fullRate: 12_000,
  readableRate: 2_000,
  persistBatches: 200,
  smallStoreEvents: 10_000,
  largeStoreEvents: 1_000_000,
  storeTimes: 100,
  partsEvents: 100_000,
  reportStorageEvents: 1_000,
  generators: 1,
};

/** Every scenario in about a minute: shows that the instrument works, and nothing about budgets. */
export const quickScale: Scale = {
  warmUpMs: 300,
  measureMs: 1_000,
  sustainedMs: 1_500,
  halfRate: 500,
  fullRate: 1_000,
  readableRate: 200,
  persistBatches: 10,
  // Whole copies of the 10,000 events: the same consultations are read in both.
  smallStoreEvents: 10_000,
  largeStoreEvents: 20_000,
  storeTimes: 10,
  partsEvents: 10_000,
  reportStorageEvents: 1_000,
  generators: 1,
};
