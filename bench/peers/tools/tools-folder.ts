import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { CommandFailed, runCommand } from '../../../localstack/emulators/process/run-command.ts';
import { hashFiles } from '../../../localstack/emulators/python/hash-sources.ts';
import { repository } from '../../../test/e2e/hosts/host.ts';
import { Skipped } from '../../scenarios/scenario.ts';

/** Programs of peers, each under its name and the hash of what pins it; no part of the product, and never committed. */
const toolsFolder = path.join(repository, '.peers');

const shownLines = 5;
const mostMinutes = 10;

/** Runs a command of an installation to its end. @throws Skipped with the last of what it said */
export const runInstaller = async (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<void> => {
  const { cwd, environment = {} } = options;
  try {
    await runCommand(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      environment: { ...process.env, ...environment },
      signal: AbortSignal.timeout(mostMinutes * 60_000),
    });
  } catch (cause) {
    const output = cause instanceof CommandFailed ? cause.output : '';
    const last = output.trimEnd().split('\n').slice(-shownLines).join(' / ');
    throw new Skipped(`${command} ${args[0] ?? ''} could not install it: ${last || String(cause)}`, { cause });
  }
};

/**
 * The folder of a program that is installed once, and again when what pins it changes. It is there whole or not at all.
 * @param pins the files that name its versions, relative to the repository
 * @param install fills the folder that it is given
 * @throws Skipped where it cannot be installed here
 */
export const installed = async (
  name: string,
  pins: readonly string[],
  install: (folder: string) => Promise<void>,
): Promise<string> => {
  const folder = path.join(toolsFolder, `${name}-${await hashFiles(repository, pins)}`);
  await mkdir(toolsFolder, { recursive: true });
  if ((await readdir(toolsFolder)).includes(path.basename(folder))) return folder;
  const unfinished = path.join(toolsFolder, `.unfinished-${name}-${process.pid}`);
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished);
    await install(unfinished);
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
};
