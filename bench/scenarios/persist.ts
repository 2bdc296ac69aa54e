import { mkdir } from 'node:fs/promises';
import type { Spectrum } from '../measure/spectrum.ts';
import { latencyMetrics, latencyValues } from './latency-metrics.ts';
import { runProgram } from './run-program.ts';
import type { Scenario } from './scenario.ts';

interface Found {
  readonly eventsPerSecond: number;
  readonly usPerEvent: number;
  readonly spectrum: Spectrum;
  readonly latenciesMs: readonly number[];
}

const { p50Ms, p95Ms, p99Ms } = latencyMetrics;

export const persist: Scenario = {
  name: 'persist',
  what: 'batches of 1,000 events in packs, stored by the stage of functions/persist one after another, each in a synced part',
  metrics: {
    eventsPerSecond: { what: 'events stored', unit: 'events/s', better: 'higher' },
    usPerEvent: { what: 'processor time of an event', unit: 'µs', better: 'lower' },
    p50Ms,
    p95Ms,
    p99Ms,
  },
  run: async ({ folder, scale }) => {
    await mkdir(folder, { recursive: true });
    const found = await runProgram<Found>('scenarios/persist/program.ts', [folder, String(scale.persistBatches)]);
    const { p50Ms, p95Ms, p99Ms } = latencyValues(Float64Array.from(found.latenciesMs));
    return {
      values: { eventsPerSecond: found.eventsPerSecond, usPerEvent: found.usPerEvent, p50Ms, p95Ms, p99Ms },
      spectra: { 'a batch of 1,000': found.spectrum },
      // The program throws when a batch is not stored.
      lost: 0,
    };
  },
};
