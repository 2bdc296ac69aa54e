import type { NoiseWatch } from '../measure/noise.ts';
import { type Random, shuffled } from '../measure/random.ts';
import type { Scale, Scenario } from '../scenarios/scenario.ts';
import { measureOnce, type Outcome } from './measure-once.ts';
import type { ScenarioResult } from './result.ts';

export interface RunOptions {
  readonly scenarios: readonly Scenario[];
  readonly repeats: number;
  readonly scale: Scale;
  /** Where folders for stores and queues are made; each is removed as soon as it was measured. */
  readonly folder: string;
  readonly random: Random;
  readonly progress: Progress;
  /** What is watched during a scenario. Default: this machine. */
  readonly watch?: () => NoiseWatch;
}

/** Told what happens. */
export interface Progress {
  begins(scenario: Scenario, repeat: number): void;
  ended(scenario: Scenario, outcome: Outcome): void;
}

/**
 * Runs every scenario as often as it is wanted: in rounds, each in a new random order, so that whatever changes about the machine over the
 * run hits all scenarios alike. A scenario that was skipped is not tried again; one that failed is.
 */
export const runScenarios = async (options: RunOptions): Promise<readonly ScenarioResult[]> => {
  const { scenarios, repeats, scale, folder, random, progress, watch } = options;
  const outcomes = new Map<string, Outcome[]>(scenarios.map(({ name }) => [name, []]));
  for (let repeat = 1; repeat <= repeats; repeat++) {
    for (const scenario of shuffled(scenarios, random)) {
      const own = outcomes.get(scenario.name) ?? [];
      if (repeat > (scenario.mostRepeats ?? repeats) || own.some(({ kind }) => kind === 'skipped')) continue;
      progress.begins(scenario, repeat);
      const outcome = await measureOnce(
        { ...scenario, run: (empty) => scenario.run({ scale, folder: empty }) },
        repeat,
        { parent: folder, watch },
      );
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
