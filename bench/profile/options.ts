import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { WrongUsage, whole } from '../run/options.ts';
import type { ProfileScale } from './result.ts';
import { fullScale, quickScale } from './scales.ts';

/** What the command line asks for. */
export interface ProfileOptions {
  readonly repeats: number;
  readonly scaleName: 'full' | 'quick';
  readonly scale: ProfileScale;
  readonly folder: string;
  /** Without an ending: .json comes behind it. */
  readonly output: string;
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

const parse = (words: readonly string[]) => {
  try {
    return parseArgs({
      args: [...words],
      options: {
        quick: { type: 'boolean', default: false },
        repeats: { type: 'string' },
        folder: { type: 'string', default: tmpdir() },
        output: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new WrongUsage(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

/**
 * @param nowMs names the output
 * @returns undefined when help is asked for
 * @throws WrongUsage
 */
export const parseProfileOptions = (words: readonly string[], nowMs: number): ProfileOptions | undefined => {
  const given = parse(words);
  if (given.help) return undefined;
  const scaleName = given.quick ? 'quick' : 'full';
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '');
  return {
    repeats: given.repeats === undefined ? defaultRepeats[scaleName] : whole('repeats', given.repeats),
    scaleName,
    scale: given.quick ? quickScale : fullScale,
    folder: path.resolve(given.folder),
    output: path.resolve(given.output ?? path.join('bench-results', `profile-${stamp}`)),
  };
};
