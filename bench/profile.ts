import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine, describeRevision } from './measure/machine.ts';
import { type ProfileOptions, parseProfileOptions, profileHelp } from './profile/options.ts';
import type { ProfileResult } from './profile/result.ts';
import { runProfile } from './profile/run-profile.ts';
import { summariseProfile } from './profile/summarise.ts';
import { renderProfile } from './profile/text.ts';
import { folderOfRun } from './run/folder-of-run.ts';
import { WrongUsage } from './run/run-options.ts';

const repository = fileURLToPath(new URL('../', import.meta.url));
const say = (line: string): void => console.error(line);

const profile = async (options: ProfileOptions): Promise<void> => {
  if (process.platform !== 'linux') throw new WrongUsage('only Linux tells what each thread had of the processors');
  mkdirSync(path.dirname(options.output), { recursive: true });
  const { scaleName, scale, repeats } = options;
  const folder = folderOfRun(options.folder);
  const startedAt = new Date().toISOString();
  const subjects = await runProfile({ scale, repeats, folder, say });
  const result: ProfileResult = {
    format: 'fi-events profile',
    formatVersion: 1,
    startedAt,
    finishedAt: new Date().toISOString(),
    machine: describeMachine(folder),
    revision: describeRevision(repository),
    scaleName,
    scale,
    subjects,
  };
  writeFileSync(`${options.output}.json`, JSON.stringify(result));
  console.log(renderProfile(summariseProfile(result)));
  say(`raw results: ${options.output}.json`);
};

/** Hosts and generators end with this process, but only when it ends by itself and not by a signal's default. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  const options = parseProfileOptions(process.argv.slice(2), Date.now());
  if (options === undefined) console.log(profileHelp);
  else await profile(options);
} catch (error) {
  if (!(error instanceof WrongUsage)) throw error;
  say(`${error.message}; --help tells more`);
  process.exitCode = 2;
}
