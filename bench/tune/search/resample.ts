import { createRandom } from '../../measure/random.ts';
import type { Candidate } from '../goal/choose.ts';
import { type Summary, trimmedMedians } from './summarise.ts';

const resamples = 2_000;

/**
 * Each configuration's repeats drawn anew, with repetition, many times over (bootstrap): what their medians might as well have been. A repeat
 * is the unit, since its metrics belong together.
 */
function* resample(summaries: readonly Summary[], seed: number): Generator<readonly Candidate[]> {
  const random = createRandom(seed);
  for (let drawn = 0; drawn < resamples; drawn++) {
    yield summaries.map(({ key, samples }) => ({
      key,
      values: trimmedMedians(samples.map(() => samples[Math.floor(random() * samples.length)] ?? {})),
    }));
  }
}

/** Share (0 to 1) of the resamples for which something holds. */
export const shareOfResamples = (
  summaries: readonly Summary[],
  seed: number,
  holds: (drawn: readonly Candidate[]) => boolean,
): number => {
  let count = 0;
  for (const drawn of resample(summaries, seed)) if (holds(drawn)) count++;
  return count / resamples;
};
