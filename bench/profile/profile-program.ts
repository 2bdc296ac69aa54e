import path from 'node:path';
import { runProgram } from '../scenarios/run-program.ts';
import { readProfiles } from './cpu-profile.ts';
import type { Profiled } from './profiled.ts';
import type { Measured, ProgramName, ProgramOptions } from './programs.ts';
import { shareOut } from './share-out.ts';

/** As the consumer has it (localstack/host/consumer/child.ts), in whose threads persisting, sealing and merging run. */
const flags = ['--max-semi-space-size=4'];
const program = 'profile/program.ts';

/** Fills level 0. @returns consultations to read */
export const runFill = async (options: ProgramOptions): Promise<ProgramOptions['targets']> => {
  const { targets } = await runProgram<Pick<ProgramOptions, 'targets'>>(program, ['fill', JSON.stringify(options)]);
  return targets;
};

/**
 * Runs a program under the profiler.
 * @param profiles a folder for its profiles alone
 */
export const profileProgram = async (
  name: ProgramName,
  options: ProgramOptions,
  profiles: string,
): Promise<Profiled> => {
  const folder = path.join(profiles, name);
  const underProfiler = [...flags, '--cpu-prof', `--cpu-prof-dir=${folder}`];
  const { events, span, threads } = await runProgram<Measured>(program, [name, JSON.stringify(options)], underProfiler);
  return { events, ...shareOut(threads, readProfiles(folder), span) };
};
