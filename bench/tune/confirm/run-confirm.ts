import { type Configuration, keyOf } from '../configuration.ts';
import { type MakeTrial, outcomeInWords } from '../search/run-search.ts';
import type { Trial } from '../trial/trial.ts';

export interface ConfirmPlan {
  readonly recommended: Configuration;
  readonly usual: Configuration;
  readonly repeats: number;
  readonly durationMs: number;
  /** The quickest calibration of the search, in milliseconds. */
  readonly quickestMs: number | undefined;
}

/** Measures both in turn, each `repeats` times, whatever the search measured. */
export const runConfirm = async (
  { recommended, usual, repeats, durationMs, quickestMs }: ConfirmPlan,
  make: MakeTrial,
  say: (line: string) => void,
): Promise<readonly Trial[]> => {
  const both = keyOf(recommended) === keyOf(usual) ? [recommended] : [recommended, usual];
  const trials: Trial[] = [];
  for (let repeat = 1; repeat <= repeats; repeat++) {
    // Whoever is first in one repeat is last in the next: what changes with time hits both.
    for (const configuration of repeat % 2 === 1 ? both : both.toReversed()) {
      say(`[${trials.length + 1}/${both.length * repeats}] repeat ${repeat}: ${keyOf(configuration)}`);
      const trial = await make({ rung: 0, configuration, repeat, attempt: 1, durationMs }, quickestMs);
      trials.push(trial);
      say(`    ${outcomeInWords(trial)}`);
    }
  }
  return trials;
};
