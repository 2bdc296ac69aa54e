import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Emulator } from '../emulator.ts';
import { EmulatorError } from '../errors.ts';
import { CommandFailed, runCommand } from '../process/run-command.ts';
import type { Steps } from '../steps.ts';
import type { Python, PythonVersion } from './find-python.ts';
import { hashFiles, packageFiles } from './hash-sources.ts';
import { installFailure } from './install-failure.ts';

export interface EnvironmentOptions {
  readonly emulator: Emulator;
  readonly repository: string;
  /** Holds the environments of all emulators; made where it is missing. */
  readonly folder: string;
  /** Called where an environment has to be made, and first of all where the user names a Python. */
  readonly findPython: (versions: readonly PythonVersion[]) => Promise<Python>;
  readonly userNamesPython: boolean;
  readonly steps: Steps;
  readonly signal: AbortSignal;
}

/** Written last: which content of the repository's own package is installed. */
const packageMarker = 'local-package.sha256';

const pythonOf = (environment: string): string => path.join(environment, 'bin/python');

/** Beside the packages: wheels are unpacked twice on the way. */
const spareBytes = 300_000_000;

const runPip = async (environment: string, title: string, args: readonly string[], signal: AbortSignal) => {
  const pip = ['-m', 'pip', '--disable-pip-version-check', '--no-input', 'install', ...args];
  try {
    await runCommand(pythonOf(environment), pip, { environment: process.env, signal });
  } catch (cause) {
    signal.throwIfAborted();
    const output = cause instanceof CommandFailed ? cause.output : String(cause);
    throw new EmulatorError('PackagesNotInstalled', installFailure(title, output), { cause });
  }
};

const unfinishedPrefix = '.unfinished-';

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** What starts left that were killed while they installed. */
const removeUnfinished = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(unfinishedPrefix)
      ? Number(name.slice(unfinishedPrefix.length).split('-')[0])
      : undefined;
    if (pid !== undefined && !isRunning(pid)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
};

const requireSpace = async (folder: string, { title, installedBytes }: Emulator): Promise<void> => {
  const { bavail, bsize } = await statfs(folder);
  const neededBytes = installedBytes + spareBytes;
  if (bavail * bsize >= neededBytes) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw new EmulatorError(
    'PackagesNotInstalled',
    `${title} needs ${megabytes(neededBytes)} on the disk of ${folder}, which has ${megabytes(bavail * bsize)} left: make room and start again.`,
  );
};

/** Made under a name of its own and then renamed: an environment is there whole or not at all, whoever else makes one. */
const makeEnvironment = async (
  options: EnvironmentOptions,
  target: string,
  python: Python,
  lockFile: string,
): Promise<void> => {
  const { emulator, folder, signal } = options;
  await requireSpace(folder, emulator);
  const unfinished = path.join(folder, `${unfinishedPrefix}${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    try {
      await runCommand(python.command, ['-m', 'venv', unfinished], { environment: process.env, signal });
    } catch (cause) {
      signal.throwIfAborted();
      const output = cause instanceof CommandFailed ? cause.output : String(cause);
      throw new EmulatorError('PackagesNotInstalled', installFailure(emulator.title, output), { cause });
    }
    await runPip(unfinished, emulator.title, ['--requirement', lockFile], signal);
    await rename(unfinished, target).catch(async (error: NodeJS.ErrnoException) => {
      // Somebody else's start was quicker; theirs is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
};

const readMarker = async (environment: string): Promise<string | undefined> => {
  try {
    return (await readFile(path.join(environment, packageMarker), 'utf8')).trim();
  } catch {
    return undefined;
  }
};

/** Installs the repository's own package where its sources are not the installed ones. */
const installLocalPackage = async (options: EnvironmentOptions, environment: string): Promise<void> => {
  const { emulator, repository, steps, signal } = options;
  if (emulator.localPackage === undefined) return;
  const source = path.join(repository, emulator.localPackage);
  const files = await packageFiles(source);
  const hash = await hashFiles(source, files);
  if ((await readMarker(environment)) === hash) return;
  await steps.run(`Installing ${emulator.localPackage}`, async () => {
    await rm(path.join(environment, packageMarker), { force: true });
    // From a copy: pip builds in the folder that it is given and leaves things there.
    const copy = await mkdtemp(path.join(tmpdir(), 'fi-events-package-'));
    try {
      for (const file of files) await cp(path.join(source, file), path.join(copy, file));
      await runPip(environment, emulator.title, ['--no-deps', '--force-reinstall', copy], signal);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
    await writeFile(path.join(environment, packageMarker), `${hash}\n`);
  });
};

/**
 * The Python environment of an emulator, made from its pinned lock at the first use and again when the lock changes.
 * @returns the path of its `python`
 * @throws EmulatorError `PythonMissing` or `PackagesNotInstalled`
 */
export const ensureEnvironment = async (options: EnvironmentOptions): Promise<string> => {
  const { emulator, repository, folder, steps, userNamesPython } = options;
  await mkdir(folder, { recursive: true });
  await removeUnfinished(folder);
  const present = await readdir(folder);
  const choices = await Promise.all(
    emulator.locks.map(async ({ python, file }) => ({
      python,
      file: path.join(repository, file),
      name: `${emulator.name}-${python}-${await hashFiles(repository, [file])}`,
    })),
  );
  const named = userNamesPython ? await options.findPython(choices.map(({ python }) => python)) : undefined;
  const wanted = choices.filter(({ python }) => named === undefined || python === named.version);
  const made = wanted.find(({ name }) => present.includes(name));
  if (made !== undefined) {
    const environment = path.join(folder, made.name);
    await installLocalPackage(options, environment);
    return pythonOf(environment);
  }
  const python = named ?? (await options.findPython(choices.map((choice) => choice.python)));
  const choice = choices.find((candidate) => candidate.python === python.version);
  if (choice === undefined) throw new Error(`no lock for Python ${python.version}`);
  const environment = path.join(folder, choice.name);
  const megabytes = Math.round(emulator.installedBytes / 1e6);
  await steps.run(
    `Installing ${emulator.title} for Python ${python.version} (${megabytes} MB, once, about a minute)`,
    () => makeEnvironment(options, environment, python, choice.file),
  );
  await installLocalPackage(options, environment);
  // What an older lock had made: half a gigabyte that nobody starts again.
  const stale = present.filter((name) => name.startsWith(`${emulator.name}-`) && !choices.some((c) => c.name === name));
  for (const name of stale) await rm(path.join(folder, name), { recursive: true, force: true });
  return pythonOf(environment);
};
