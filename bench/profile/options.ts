import { parseWords, type RunOptions, runOf, runOptions } from '../run/run-options.ts';
import type { ProfileScale } from './result.ts';
import { fullScale, quickScale } from './scales.ts';

/** What the command line asks for. */
export interface ProfileOptions extends Omit<RunOptions, 'seed'> {
  readonly scale: ProfileScale;
}

const defaultRepeats = { full: 5, quick: 1 } as const;

export const profileHelp = `npm run bench:profile -- [options]

Where the processor time of an event goes, stage by stage: both processes of npm start under the bench's load, and persisting, sealing, merging,
reading pages and verifying in processes of their own, under V8's profiler. What each thread had of the processors is dealt out to stages as its
samples fell; what the profiler's own thread had is left out, and what sampling adds to the others is not: some percent.

  --quick        each once and briefly, some seconds: that all works, and no more
  --repeats N    how often each is profiled (${defaultRepeats.full}; quick: ${defaultRepeats.quick})
  --folder DIR   where stores and profiles are made, and removed again (the system's temporary folder)
  --output NAME  writes NAME.json (bench-results/profile-<time>)

Linux only: /proc tells what each thread had.`;

const { quick, repeats, folder, output, help } = runOptions;

/**
 * @param nowMs names the output
 * @returns undefined when help is asked for
 * @throws WrongUsage
 */
export const parseProfileOptions = (words: readonly string[], nowMs: number): ProfileOptions | undefined => {
  const given = parseWords(words, { quick, repeats, folder, output, help });
  if (given.help) return undefined;
  return { ...runOf(given, defaultRepeats, 'profile-', nowMs), scale: given.quick ? quickScale : fullScale };
};
