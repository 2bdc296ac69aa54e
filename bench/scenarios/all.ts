import { acceptBatches } from './accept-batches.ts';
import { acceptFullRate } from './accept-full-rate.ts';
import { acceptHalfRate } from './accept-half-rate.ts';
import { acceptMax } from './accept-max.ts';
import { endToEnd } from './end-to-end.ts';
import { generator } from './generator.ts';
import { grownStore } from './grown-store.ts';
import { memory } from './memory.ts';
import { oneBody } from './one-body.ts';
import { parts } from './parts.ts';
import { persist } from './persist.ts';
import { reportScripts } from './report-scripts.ts';
import { reportStorage } from './report-storage.ts';
import type { Scenario } from './scenario.ts';
import { sustained } from './sustained.ts';

/** In the order of a report. */
export const allScenarios: readonly Scenario[] = [
  generator,
  acceptMax,
  acceptHalfRate,
  acceptFullRate,
  acceptBatches,
  oneBody,
  persist,
  endToEnd,
  sustained,
  memory,
  parts,
  grownStore,
  reportScripts,
  reportStorage,
];
