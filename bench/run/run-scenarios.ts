import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { watchNoise } from '../measure/noise.ts';
import { type Random, shuffled } from '../measure/random.ts';
import { type Observation, type Scale, type Scenario, Skipped } from '../scenarios/scenario.ts';
import type { Repeat, ScenarioResult } from './result.ts';

export interface RunOptions {
  readonly scenarios: readonly Scenario[];
  readonly repeats: number;
  readonly scale: Scale;
  /** Where folders for stores and queues are made; each is removed as soon as it was measured. */
  readonly folder: string;
  readonly random: Random;
  readonly progress: Progress;
}

/** Told what happens. */
export interface Progress {
  begins(scenario: Scenario, repeat: number): void;
  ended(scenario: Scenario, outcome: Outcome): void;
}

/** What became of one repeat. */
export type Outcome =
  | { readonly kind: 'measured'; readonly repeat: Repeat }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
};

/** Only what the scenario declares, and of that only what there is: JSON has no NaN. */
const declaredValues = ({ metrics }: Scenario, { values }: Observation): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(values).filter(([name, value]) => name in metrics && Number.isFinite(value)));

const measureOnce = async (scenario: Scenario, repeat: number, { scale, folder }: RunOptions): Promise<Outcome> => {
  const own = await mkdtemp(path.join(folder, `${scenario.name}-`));
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  try {
    const noise = watchNoise();
    const observation = await scenario.run({ scale, folder: own });
    const values = declaredValues(scenario, observation);
    const seconds = (performance.now() - startMs) / 1_000;
    return {
      kind: 'measured',
      repeat: { ...observation, values, repeat, startedAt, seconds, noise: noise.end() },
    };
  } catch (error) {
    return { kind: error instanceof Skipped ? 'skipped' : 'failed', reason: explain(error) };
  } finally {
    await rm(own, { recursive: true, force: true });
  }
};

/**
 * Runs every scenario as often as it is wanted: in rounds, each in a new random order, so that whatever changes about the machine over the
 * run hits all scenarios alike. A scenario that was skipped is not tried again; one that failed is.
 */
export const runScenarios = async (options: RunOptions): Promise<readonly ScenarioResult[]> => {
  const { scenarios, repeats, random, progress } = options;
  const outcomes = new Map<string, Outcome[]>(scenarios.map(({ name }) => [name, []]));
  for (let repeat = 1; repeat <= repeats; repeat++) {
    for (const scenario of shuffled(scenarios, random)) {
      const own = outcomes.get(scenario.name) ?? [];
      if (repeat > (scenario.mostRepeats ?? repeats) || own.some(({ kind }) => kind === 'skipped')) continue;
      progress.begins(scenario, repeat);
      const outcome = await measureOnce(scenario, repeat, options);
      own.push(outcome);
      progress.ended(scenario, outcome);
    }
  }
  return scenarios.map(({ name, what, metrics }) => {
    const own = outcomes.get(name) ?? [];
    const skipped = own.find((outcome) => outcome.kind === 'skipped');
    return {
      name,
      what,
      metrics,
      repeats: own.flatMap((outcome) => (outcome.kind === 'measured' ? [outcome.repeat] : [])),
      failures: own.flatMap((outcome) => (outcome.kind === 'failed' ? [outcome.reason] : [])),
      ...(skipped === undefined ? {} : { skipped: skipped.reason }),
    };
  });
};
