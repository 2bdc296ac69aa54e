import { type Configuration, defaultConfiguration, wholeSpace } from '../../../../bench/tune/configuration.ts';
import type { Values } from '../../../../bench/tune/metrics.ts';
import type { Search } from '../../../../bench/tune/search/search.ts';
import type { Summary } from '../../../../bench/tune/search/summarise.ts';
import type { Outcome, Trial, TrialRequest } from '../../../../bench/tune/trial/trial.ts';
import { workloadOf } from '../../../../bench/tune/workload/workload.ts';

export const configuration = (changes: Partial<Configuration> = {}): Configuration => ({
  ...defaultConfiguration(),
  ...changes,
});

export const search = (changes: Partial<Search> = {}): Search => ({
  target: 'npm-start',
  defaults: defaultConfiguration(),
  workload: workloadOf('steady', {}),
  goal: 'p95<250ms,cost',
  space: wholeSpace,
  configurations: 12,
  finalists: 2,
  repeats: 3,
  eta: 3,
  warmUpMs: 0,
  durationMs: 4_000,
  retries: 1,
  seed: 1,
  stage: 'local',
  ...changes,
});

export const measured = (values: Values, changes: Partial<Outcome & { kind: 'measured' }> = {}): Outcome => ({
  kind: 'measured',
  values,
  facts: { drainMs: 0 },
  accepted: 100,
  lost: 0,
  repeated: 0,
  ...changes,
});

export const trial = (request: TrialRequest, outcome: Outcome, noise: readonly string[] = []): Trial => ({
  request,
  startedAt: '2026-11-25T12:00:00.000Z',
  seconds: 10,
  noise,
  calibrationMs: 20,
  outcome,
});

export const request = (changes: Partial<TrialRequest> = {}): TrialRequest => ({
  rung: 0,
  configuration: configuration(),
  repeat: 1,
  attempt: 1,
  durationMs: 1_000,
  ...changes,
});

export const summary = (key: string, values: Values, changes: Partial<Summary> = {}): Summary => ({
  key,
  configuration: configuration(),
  values,
  samples: [values],
  outliers: [],
  repeats: 1,
  noisy: 0,
  facts: [],
  ...changes,
});
