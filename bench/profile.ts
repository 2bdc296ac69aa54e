import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ProfileOptions, parseProfileOptions, profileHelp } from './profile/options.ts';
import type { ProfileResult } from './profile/result.ts';
import { runProfile } from './profile/run-profile.ts';
import { summariseProfile } from './profile/summarise.ts';
import { renderProfile } from './profile/text.ts';
import { folderOfRun } from './run/folder-of-run.ts';
import { originOf } from './run/origin.ts';
import { runAsProgram } from './run/run-as-program.ts';
import { WrongUsage } from './run/run-options.ts';

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
    ...originOf(folder, startedAt),
    scaleName,
    scale,
    subjects,
  };
  writeFileSync(`${options.output}.json`, JSON.stringify(result));
  console.log(renderProfile(summariseProfile(result)));
  say(`raw results: ${options.output}.json`);
};

await runAsProgram(async () => {
  const options = parseProfileOptions(process.argv.slice(2), Date.now());
  if (options === undefined) console.log(profileHelp);
  else await profile(options);
  return 0;
});
